using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Parameters and bytes of a model, counted over its manifest; MTP modules are counted apart.</summary>
/// <param name="Total">Parameters stored.</param>
/// <param name="Active">Parameters multiplied for one token.</param>
/// <param name="ActiveBytes">Bytes read for one token, scales included.</param>
public sealed record Cost(long Total, long Active, long ActiveBytes)
{
    public static Cost Of(ModelSpec spec, Manifest manifest)
    {
        var sum = new Cost(0, 0, 0).Plus(manifest.Model);
        for (int layer = 0; layer < spec.NumHiddenLayers; layer++)
            sum = sum.Plus(manifest.Attention).Plus(spec.IsExpertLayer(layer) ? manifest.Experts : manifest.Dense);
        return sum;
    }

    /// <summary>The MTP module alone, its head included.</summary>
    public static Cost OfMtp(ModelSpec spec, Manifest manifest) =>
        new Cost(0, 0, 0).Plus(manifest.Attention).Plus(spec.IsExpertLayer(spec.NumHiddenLayers) ? manifest.Experts : manifest.Dense).Plus(manifest.Mtp);

    private Cost Plus(IReadOnlyList<Slot> slots)
    {
        long total = Total, active = Active, bytes = ActiveBytes;
        foreach (var slot in slots)
        {
            long numbers = (long)slot.Rows * slot.Columns;
            total += numbers * slot.Count;
            active += numbers * slot.Active;
            bytes += numbers * slot.Active * slot.Format.Bytes();
            if (slot.Format == NumberFormat.E4M3) bytes += 4L * FormatSpec.Blocks(slot.Rows) * FormatSpec.Blocks(slot.Columns) * slot.Active;
        }

        return new(total, active, bytes);
    }
}
