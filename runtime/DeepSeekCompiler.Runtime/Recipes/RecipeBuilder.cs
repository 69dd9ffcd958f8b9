using System.Globalization;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>Makes a recipe for the tensors of a compiled model: values spread so that activations and logits keep a standard deviation near those of a trained model.</summary>
public static class RecipeBuilder
{
    /// <param name="slots">The model's manifest.</param>
    /// <param name="seed">Any number.</param>
    /// <remarks>Scale = gain * sqrt(3 / columns) with 4 significant digits.</remarks>
    public static Recipe Of(IReadOnlyList<TensorSlot> slots, ulong seed)
    {
        var tensors = new List<RecipeTensor>();
        foreach (var slot in slots)
        {
            var type = SafetensorsTypes.Of(slot.Format);
            if (type == SafetensorsType.F16) throw new CheckpointException("A recipe makes F32, BF16 and FP8 weights, not F16.");
            long[] shape = slot.IsVector ? [slot.Columns] : [slot.Rows, slot.Columns];
            var (scale, offset) = Spread(slot);
            tensors.Add(new RecipeTensor(slot.Name, type, shape, scale, offset, "model.safetensors", CopyOf(slot.Name), null));
            if (type == SafetensorsType.F8E4M3)
                tensors.Add(new RecipeTensor(WeightBinder.ScaleName(slot.Name), SafetensorsType.F32, [(slot.Rows + 127) / 128, (slot.Columns + 127) / 128], 0, 0, "model.safetensors", null, slot.Name));
        }

        return new Recipe(seed, tensors);
    }

    private static (double Scale, double Offset) Spread(TensorSlot slot)
    {
        string name = slot.Name;
        if (name.EndsWith("e_score_correction_bias", StringComparison.Ordinal)) return (0.1386, 0);
        if (slot.IsVector) return (0.43, 1);
        if (name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)) return (1.732, 0);
        return (FourDigits(Gain(name) * Math.Sqrt(3.0 / slot.Columns)), 0);
    }

    private static double Gain(string name)
    {
        bool Is(string part) => name.EndsWith(part + ".weight", StringComparison.Ordinal);
        if (Is("q_b_proj") || Is("q_proj") || Is("eh_proj")) return 1.4;
        if (Is("o_proj") || Is("mlp.gate")) return 1.5;
        if (Is("lm_head") || Is("shared_head.head")) return 2;
        return Is("kv_b_proj") || name.Contains(".mlp.", StringComparison.Ordinal) ? 1.2 : 1;
    }

    private static string? CopyOf(string name) =>
        name.StartsWith("model.layers.", StringComparison.Ordinal) && name.EndsWith(".embed_tokens.weight", StringComparison.Ordinal) ? "model.embed_tokens.weight"
        : name.EndsWith("shared_head.head.weight", StringComparison.Ordinal) ? "lm_head.weight" : null;

    private static double FourDigits(double value) => double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
