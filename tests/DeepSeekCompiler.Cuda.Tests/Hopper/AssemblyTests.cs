using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Cuda.Tests.Hopper;

/// <summary>In which order NVIDIA's assembler, where it is found, has the instructions of Hopper's products. Registers, stack and warnings of all kernels of the
/// catalogue are in the tables of resources; these are of every kind of tile at full size, and of a model whose shapes are ragged.</summary>
public class AssemblyTests
{
    // 65536 registers among 384 threads; the warpgroups trade them when the kernel has begun.
    private const int Registers = 168;

    public static TheoryData<string, bool, string[]> Models => new()
    {
        // Plain and gated, wide and not, of experts and of all tokens, with rope and without.
        { "DeepSeekV3", true, ["AttentionOutPrefill", "ExpertGateUpPrefill", "LatentDownPrefill"] }, { "DeepSeekV3", false, ["DenseGateUpPrefill", "ExpertDown", "HeadPrefill"] },
        { "ragged", true, [] }, { "ragged", false, [] },
    };

    [PtxasTheory]
    [MemberData(nameof(Models))]
    public void Kernels_MultiplyWithoutStackOrPauses(string model, bool fp8, string[] only)
    {
        var format = fp8 ? NumberFormat.E4M3 : NumberFormat.BF16;
        var spec = model == "ragged" ? Specs.Small(272, 144, format).WithHeads(7, 24, 8, 40, 144) : Catalogue.Find(model)!;
        spec = spec with { Formats = spec.Formats with { Linear = format, Other = NumberFormat.BF16, Fp8 = fp8 ? Generators.Spec.Fp8Policy.Full : Generators.Spec.Fp8Policy.WeightOnly } };
        var generated = new GeneratedKernels(spec, DeviceVariants.Sm90);
        var kernels = generated.Compile(generated.Files("Warpgroup.", only));
        Assert.All(only is [] ? ["ExpertGateUpPrefill", "ExpertDown", "LatentDownPrefill"] : only, name => Assert.Contains(name, kernels.Keys));
        string ptxas = PtxAssembler.Find()!;
        using var compiler = new PtxCompiler("sm_90a");
        var texts = kernels.SelectMany(k => GeneratedKernels.Entries(k.Value).Where(e => e.Kernel.SharedBytes > 0).Select(entry => (k.Key, Ptx: compiler.Compile(entry.Method)))).ToList();
        var assembled = texts.DistinctBy(t => t.Ptx).AsParallel().Select(t => (t.Key, Resources: PtxAssembler.Assemble(ptxas, t.Ptx, "sm_90a"))).ToList();
        string spilled = string.Join('\n', assembled
            .Where(a => a.Resources is not { StackBytes: 0, SpillBytes: 0, Registers: <= Registers, Warnings.Count: 0 })
            .Select(a => $"{a.Key}: {a.Resources.Registers} registers, {a.Resources.StackBytes} bytes of stack, {a.Resources.SpillBytes} spilled; {string.Join(' ', a.Resources.Warnings)}"));
        Assert.True(spilled.Length == 0, spilled);
        foreach (var (name, resources) in assembled) Check(name, resources.Code!, !fp8 || name is "HeadPrefill" or "RouterScoresPrefill" or "MtpProjectionPrefill" ? "HGMMA" : "QGMMA");
    }

    private static void Check(string name, Sass sass, string instruction)
    {
        Assert.Equal(0, sass.Count("LDL") + sass.Count("STL"));
        Assert.Equal(1, sass.Count("USETMAXREG.DEALLOC"));
        Assert.Equal(1, sass.Count("USETMAXREG.TRY_ALLOC"));
        Assert.True(sass.Count("UTMALDG") >= 2, $"{name} copies {sass.Count("UTMALDG")} tiles");
        int multiplications = sass.Count(instruction);
        Assert.True(multiplications > 0 && multiplications % 4 == 0, $"{name} has {multiplications} {instruction}");
        // Four go together: from the first to the last there is address arithmetic, and neither a wait nor a use of the sums.
        for (int i = 0, at = -1; i < multiplications; i++)
        {
            int next = Find(sass, instruction, at + 1);
            if (i % 4 > 0)
            {
                var between = sass.Instructions.Skip(at + 1).Take(next - at - 1).ToList();
                Assert.DoesNotContain(between, b => b.StartsWith("WARPGROUP", StringComparison.Ordinal) || b.StartsWith("FFMA", StringComparison.Ordinal) || b.StartsWith("BRA", StringComparison.Ordinal));
                Assert.True(between.Count < 40, $"{name}: {between.Count} instructions between two {instruction}");
            }

            at = next;
        }
    }

    private static int Find(Sass sass, string instruction, int from)
    {
        int i = from;
        while (!sass.Instructions[i].StartsWith(instruction + ".", StringComparison.Ordinal)) i++;
        return i;
    }
}
