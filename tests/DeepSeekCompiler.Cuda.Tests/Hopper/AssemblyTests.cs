using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Cuda.Tests.Hopper;

/// <summary>What NVIDIA's assembler makes of the kernels of whole models, where it is found.</summary>
public class AssemblyTests
{
    // 65536 registers among 384 threads; the warpgroups trade them when the kernel has begun.
    private const int Registers = 168;

    public static TheoryData<string, bool, string> Models => new()
    {
        { "DeepSeekV3", true, "QGMMA" }, { "DeepSeekV3", false, "HGMMA" }, { "DeepSeekV2Lite", false, "HGMMA" }, { "ragged", true, "QGMMA" }, { "ragged", false, "HGMMA" },
    };

    [PtxasTheory]
    [MemberData(nameof(Models))]
    public void Kernels_MultiplyWithoutStackOrPauses(string model, bool fp8, string instruction)
    {
        var format = fp8 ? NumberFormat.E4M3 : NumberFormat.BF16;
        var spec = model == "ragged" ? Specs.Small(272, 144, format).WithHeads(7, 24, 8, 40, 144) : Catalogue.Find(model)!;
        spec = spec with { Formats = spec.Formats with { Linear = format, Other = NumberFormat.BF16, Fp8 = fp8 ? Generators.Spec.Fp8Policy.Full : Generators.Spec.Fp8Policy.WeightOnly } };
        var generated = new GeneratedKernels(spec, DeviceVariants.Sm90);
        var kernels = generated.Compile(generated.Files("Warpgroup."));
        Assert.Contains("ExpertGateUpPrefill", kernels.Keys);
        Assert.Contains("ExpertDown", kernels.Keys);
        Assert.Contains("LatentDownPrefill", kernels.Keys);
        string ptxas = PtxAssembler.Find()!;
        using var compiler = new PtxCompiler("sm_90a");
        var assembled = kernels.SelectMany(k => GeneratedKernels.Entries(k.Value).Where(e => e.Kernel.SharedBytes > 0)
            .Select(entry => compiler.Compile(entry.Method)).Select(ptx => (k.Key, Ptx: ptx, Resources: PtxAssembler.Assemble(ptxas, ptx, "sm_90a")))).ToList();
        string spilled = string.Join('\n', assembled
            .Where(a => a.Resources is not { StackBytes: 0, SpillBytes: 0, Registers: <= Registers, Warnings.Count: 0 })
            .Select(a => $"{a.Key}: {a.Resources.Registers} registers, {a.Resources.StackBytes} bytes of stack, {a.Resources.SpillBytes} spilled; {string.Join(' ', a.Resources.Warnings)}"));
        Assert.True(spilled.Length == 0, spilled);
        foreach (var (name, ptx, _) in assembled)
        {
            Check(name, Sass.Of(ptxas, ptx, "sm_90a"), name is "HeadPrefill" or "RouterScoresPrefill" or "MtpProjectionPrefill" ? "HGMMA" : instruction);
        }
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
