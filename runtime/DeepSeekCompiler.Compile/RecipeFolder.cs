using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;

namespace DeepSeekCompiler.Compile;

/// <summary>Makes checkpoint folders with weights from a recipe.</summary>
public static class RecipeFolder
{
    /// <param name="configPath">A config.json of the family.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="output">Folder to write: config.json with the formats of <paramref name="dtype"/>, and model.safetensors.</param>
    /// <param name="dtype">f32, bf16, fp8, or fp8-head.</param>
    /// <param name="cancellation">Stops; no weights are left behind.</param>
    /// <exception cref="CheckpointException">One sentence.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (int Tensors, long Parameters) Write(string configPath, ulong seed, string output, string dtype, CancellationToken cancellation = default)
    {
        var format = dtype switch
        {
            "f32" => RecipeFormat.F32,
            "bf16" => RecipeFormat.BF16,
            "fp8" => RecipeFormat.Fp8,
            "fp8-head" => RecipeFormat.Fp8Head,
            _ => throw new CheckpointException($"There is no recipe for dtype {dtype}; f32, bf16, fp8 and fp8-head are."),
        };

        // What the compiler would refuse is refused before anything is written.
        CheckpointSpec.ReadConfig(configPath);
        var weights = RecipeCheckpoint.Create(File.ReadAllText(configPath), seed, format, output, new() { Aligned = true }, cancel: cancellation).Tensors.Where(t => t.ScalesOf is null).ToList();
        return (weights.Count, weights.Sum(t => t.Shape.Aggregate(1L, (product, extent) => product * extent)));
    }
}
