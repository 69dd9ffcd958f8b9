using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Models.Tests;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>The golden cases of the tests end to end: logits, chosen experts, greedy tokens, the cache, the MTP module.</summary>
internal sealed class GoldenStage(Options options) : IStage
{
    public string Name => StageList.Golden;

    public IEnumerable<WorkItem> Items()
    {
        foreach (var variant in Variants.Of(options.Device))
        {
            bool matrix = Variants.HasMatrixInstructions(variant);
            foreach (string name in GoldenFiles.Cases)
            {
                yield return new($"{variant} {name}", _ => Check(name, new LoadOptions { Device = options.Device, Variant = variant, SplitActivations = matrix },
                    (golden, model) => GoldenRun.Check(golden, model, Tolerances.DeviceLogits)));
                if (!matrix) continue;
                yield return new($"{variant} {name}, activations rounded", _ => Check(name, new LoadOptions { Device = options.Device, Variant = variant },
                    (golden, model) => GoldenRun.CheckLogits(golden, model, Tolerances.Bf16Activations, Tolerances.RowsWithoutFlips)));
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
