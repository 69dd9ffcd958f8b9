using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Memory that is made for a kernel by itself holds all that the kernel touches.</summary>
public class ArgumentSizeTests
{
    [Fact]
    public void PlanesOfAPage_AreCountedWithThePageAroundThem()
    {
        const int pages = 3;
        var spec = Specs.Random(1) with { Attention = new LatentAttentionSpec { NumAttentionHeads = 4, QLoraRank = 5, KvLoraRank = 133, QkNopeHeadDim = 8, QkRopeHeadDim = 6, VHeadDim = 10 } };
        spec = spec with { Formats = spec.Formats with { Cache = NumberFormat.E4M3 } };
        long bytes = 64L * spec.Attention.CacheRowBytes(NumberFormat.E4M3);
        var scalars = new Dictionary<string, long> { ["tokens"] = 1, ["position"] = 70, ["splits"] = 2 };
        foreach (string name in new[] { "LatentDownDecode", "AttentionDecode", "AttentionPrefill" })
        {
            var kernel = KernelSet.Of(spec).Kernels.Single(k => k.Name == name).Lower(HostTarget.Scalar).Kernel;
            var planes = ArgumentSize.Of(kernel, scalars, _ => pages).Where(s => s.Tensor.IsTable).ToList();
            Assert.Equal(["pages", "ropePages", "pagesScale"], planes.Select(p => p.Tensor.Name));
            Assert.All(planes, p => Assert.Equal(pages * bytes, p.Count * p.Tensor.Format.Bytes()));
            Assert.All(planes, p => Assert.InRange(End(p.Tensor), 1, bytes));
        }
    }

    [Fact]
    public void PlanesOfWholeNumbers_AreCountedWithThePageAroundThem()
    {
        const int pages = 3;
        var spec = DecodeFixedTests.Spec(4, 34, NumberFormat.I16);
        long bytes = 64L * spec.Attention.CacheRowBytes(NumberFormat.I16);
        Assert.Equal(64 * ((2 * (34 + 6)) + 8), bytes);
        var scalars = new Dictionary<string, long> { ["tokens"] = 1, ["position"] = 70, ["splits"] = 2 };
        foreach (string name in new[] { "LatentDownDecode", "AttentionDecode", "AttentionPrefill" })
        {
            var kernel = KernelSet.Of(spec).Kernels.Single(k => k.Name == name).Lower(HostTarget.Scalar).Kernel;
            var planes = ArgumentSize.Of(kernel, scalars, _ => pages).Where(s => s.Tensor.IsTable).ToList();
            Assert.Equal(["pages", "pagesScale"], planes.Select(p => p.Tensor.Name));
            Assert.All(planes, p => Assert.Equal(pages * bytes, p.Count * p.Tensor.Format.Bytes()));
            Assert.Equal(bytes, planes.Max(p => End(p.Tensor)));
        }
    }

    /// <summary>Bytes from the start of an entry to the end of what is the tensor's.</summary>
    private static long End(Tensor tensor) => tensor.Format.Bytes() * (tensor.Offset + tensor.Dims.Skip(1).Aggregate(1L, (all, d) => all * (long)((Generators.Expressions.Const)d.Size).Value));
}
