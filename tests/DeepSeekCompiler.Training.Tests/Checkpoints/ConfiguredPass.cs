using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Tests.Checkpoints;

/// <summary>The tensors of a configuration, and nothing that computes.</summary>
internal sealed unsafe class ConfiguredPass(string configJson) : TrainingPass(LayoutOf(configJson), 1, 3, 1)
{
    protected override int* Chosen(int block) => throw new NotSupportedException();

    protected override void Forward(HostRun run, TrainingStep step) => throw new NotSupportedException();

    protected override void Backward(HostRun run, TrainingStep step) => throw new NotSupportedException();

    private static TrainingLayout LayoutOf(string configJson)
    {
        var tensors = RecipeBuilder.FromConfig(configJson, 0, RecipeFormat.F32).Tensors;
        var names = tensors.Select(t => t.Name).ToList();
        var biases = tensors.Where(t => t.Name.EndsWith("e_score_correction_bias", StringComparison.Ordinal)).ToList();
        return new TrainingLayout
        {
            Info = new ModelInfo
            {
                Name = "Configured", Family = "test", VocabSize = 8, HiddenSize = 1, NumHiddenLayers = 1, NumNextnPredictLayers = 1, MaxPositionEmbeddings = 8, CacheRowBytes = 0,
                TotalParameters = 1, ActiveParameters = 1, ActiveBytes = 4, Formats = "f32", VectorWidths = [0],
            },
            Manifest = [.. tensors.Select(t => t.Shape.Count == 1 ? new TensorSlot(t.Name, StorageFormat.F32, 1, (int)t.Shape[0], true) : new TensorSlot(t.Name, StorageFormat.F32, (int)t.Shape[0], (int)t.Shape[1], false))],
            Tied = [.. tensors.Where(t => t.ValuesOf is not null).Select(t => (names.IndexOf(t.Name), names.IndexOf(t.ValuesOf!)))],
            ExpertLayers = [.. biases.Select((b, i) => (i, names.IndexOf(b.Name)))],
            Experts = (int)biases[0].Shape[0], ExpertsPerToken = 1, Blocks = biases.Count, Kept = [], Work = [], RopeFrequencies = [1], RopeMagnitude = 1,
        };
    }
}
