using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Recipes;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Weights for a manifest that no configuration of the family describes.</summary>
internal static class SyntheticCheckpoint
{
    public static void Write(IReadOnlyList<TensorSlot> manifest, string folder)
    {
        var tensors = manifest.Select(slot => new RecipeTensor(slot.Name, SafetensorsType.F32, slot.IsVector ? [slot.Columns] : [slot.Rows, slot.Columns], "model.safetensors")
        {
            Scale = slot.IsVector ? 0.3 : Math.Sqrt(3.0 / slot.Columns),
            Offset = slot.IsVector ? 1 : 0,
        }).ToList();
        RecipeWriter.Write(new Recipe(3, tensors, []), folder);
    }
}
