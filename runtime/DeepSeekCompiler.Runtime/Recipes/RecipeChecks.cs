using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>What makes a recipe impossible to carry out, one sentence each.</summary>
internal static class RecipeChecks
{
    public static void Check(Recipe recipe)
    {
        var weights = new Dictionary<string, RecipeTensor>();
        foreach (var tensor in recipe.Tensors)
        {
            if (!weights.TryAdd(tensor.Name, tensor))
            {
                throw new CheckpointException($"The recipe names {tensor.Name} twice.");
            }

            if (tensor.Type is not (SafetensorsType.F32 or SafetensorsType.BF16 or SafetensorsType.F8E4M3))
            {
                throw new CheckpointException(
                    $"The recipe stores {tensor.Name} as {SafetensorsTypes.NameOf(tensor.Type)}; it can be F32, BF16 or F8_E4M3.");
            }

            if (tensor.Shape.Any(e => e is < 1 or > int.MaxValue) || tensor.Shape.Aggregate(8.0, (p, e) => p * e) > long.MaxValue)
            {
                throw new CheckpointException($"The recipe gives {tensor.Name} the shape [{string.Join(", ", tensor.Shape)}], which cannot be stored.");
            }

            if (tensor.File.Length == 0 || tensor.File != Path.GetFileName(tensor.File) || tensor.File is "." or ".." || tensor.File.Contains('\0'))
            {
                throw new CheckpointException($"The recipe puts {tensor.Name} into the file \"{tensor.File}\", which is no plain file name.");
            }

            if (tensor.Type == SafetensorsType.F8E4M3 && tensor.Shape.Count != 2)
            {
                throw new CheckpointException($"The recipe stores {tensor.Name} as F8_E4M3, which only matrices can be.");
            }
        }

        foreach (var scales in recipe.Tensors.Where(t => t.ScalesOf is not null))
        {
            CheckScales(scales, weights.GetValueOrDefault(scales.ScalesOf!));
        }
    }

    private static void CheckScales(RecipeTensor scales, RecipeTensor? weight)
    {
        if (weight is not { Type: SafetensorsType.F8E4M3 })
        {
            throw new CheckpointException($"The recipe says that {scales.Name} has the scales of {scales.ScalesOf}, which is no F8_E4M3 tensor of it.");
        }

        long[] shape = [ScaleBlocks.Count((int)weight.Shape[0]), ScaleBlocks.Count((int)weight.Shape[1])];
        if (scales.Type != SafetensorsType.F32 || !scales.Shape.SequenceEqual(shape))
        {
            throw new CheckpointException($"The recipe must store {scales.Name} as F32 [{string.Join(", ", shape)}], the blocks of {weight.Name}.");
        }
    }
}
