using System.Globalization;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile;

/// <summary>The manifest of a specification without compiling it.</summary>
internal static class ManifestSlots
{
    public static List<TensorSlot> Of(ModelSpec spec)
    {
        var manifest = Manifest.Of(spec);
        var slots = new List<TensorSlot>();
        Add(slots, manifest.Model, "");
        for (int layer = 0; layer < spec.NumHiddenLayers + spec.NumNextnPredictLayers; layer++)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            Add(slots, manifest.Attention, prefix);
            Add(slots, spec.IsExpertLayer(layer) ? manifest.Experts : manifest.Dense, prefix);
            if (layer >= spec.NumHiddenLayers) Add(slots, manifest.Mtp, prefix);
        }

        return slots;
    }

    private static void Add(List<TensorSlot> slots, IReadOnlyList<Slot> lines, string prefix)
    {
        foreach (var line in lines)
        {
            for (int e = 0; e < line.Count; e++)
            {
                string name = prefix + line.Tensor.Replace("{e}", e.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                slots.Add(new TensorSlot(name, Enum.Parse<StorageFormat>(line.Format.ToString()), line.Rows, line.Columns, line.IsVector));
            }
        }
    }
}
