using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Models.Tests;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

// Declarations have an enumeration of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>The golden cases of the tests end to end: logits, chosen experts, greedy tokens, the cache, the MTP module.</summary>
internal sealed class GoldenStage(Options options) : IStage
{
    public string Name => StageList.Golden;

    // Its first token stands so near to a routing decision that rounding changes it, and every later row attends to that token.
    private const string NearDecision = "v3-sharded-bf16";

    public IEnumerable<WorkItem> Items()
    {
        foreach (var variant in Variants.Of(options.Device))
        {
            bool matrix = Variants.HasMatrixInstructions(variant);
            foreach (string name in GoldenFiles.Cases)
            {
                bool Sums(GoldenCase golden) => variant == DeviceVariant.Sm90 && golden.Policy == Fp8Policy.Full;
                yield return new($"{variant} {name}", _ => Check(name, new LoadOptions { Device = options.Device, Variant = variant, SplitActivations = matrix }, (golden, model) =>
                {
                    if (Sums(golden)) GoldenRun.CheckLogits(golden, model, Tolerances.Fp8WarpgroupSums, 1);
                    else GoldenRun.Check(golden, model, Tolerances.DeviceLogits);
                }));
                if (!matrix || name == NearDecision) continue;
                yield return new($"{variant} {name}, activations rounded", _ => Check(name, new LoadOptions { Device = options.Device, Variant = variant }, (golden, model) =>
                {
                    if (Sums(golden)) GoldenRun.CheckLogits(golden, model, Tolerances.Fp8WarpgroupSums, 1);
                    else GoldenRun.CheckLogits(golden, model, Tolerances.Bf16Activations, Tolerances.RowsWithoutFlips);
                }));
            }
        }
    }

    public void Dispose()
    {
    }

    private static void Check(string name, LoadOptions load, Action<GoldenCase, Runtime.Models.CompiledModel> check)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(load);
        check(golden, model);
    }
}
