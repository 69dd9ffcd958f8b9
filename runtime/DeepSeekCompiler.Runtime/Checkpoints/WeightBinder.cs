using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Finds the tensors of a model's manifest in a checkpoint.</summary>
/// <remarks>Block scales are all looked at: each must be positive and below 2^60. Weights are not: 0x7F and 0xFF, the NaN codes of
/// E4M3, would cost a reading of the whole file, and show as NaN logits.</remarks>
public static unsafe class WeightBinder
{
    /// <summary>What is behind the name of a weight in the name of its block scales.</summary>
    public const string ScaleSuffix = "_scale_inv";

    /// <summary>Binds every slot to its tensor, and E4M3 slots to their block scales.</summary>
    /// <param name="checkpoint">The opened checkpoint; it must live as long as the weights are used.</param>
    /// <param name="slots">The manifest.</param>
    /// <param name="ignoredLayersFrom">MTP modules from this index on may be there without a slot: the number of hidden layers,
    /// for a model that is compiled without those of its checkpoint. Null to ignore none.</param>
    /// <returns>One weight a slot, in slot order.</returns>
    /// <exception cref="CheckpointException">Tensors are missing, misshaped, of another type or left over, or scales are not
    /// positive numbers; one sentence names them.</exception>
    public static Weight[] Bind(Checkpoint checkpoint, IReadOnlyList<TensorSlot> slots, int? ignoredLayersFrom = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(slots);
        var report = new BindingReport(checkpoint.Folder);
        var bound = new HashSet<string>();
        var weights = new Weight[slots.Count];
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            long[] shape = slot.IsVector ? [slot.Columns] : [slot.Rows, slot.Columns];
            bound.Add(slot.Name);
            weights[i].Data = Find(checkpoint, slot.Name, SafetensorsTypes.TypeOf(slot.Format), shape, report);
            if (slot.Format == StorageFormat.E4M3)
            {
                var name = slot.Name + ScaleSuffix;
                bound.Add(name);
                weights[i].Scale = (float*)Find(checkpoint, name, SafetensorsType.F32, [ScaleBlocks.Count(slot.Rows), ScaleBlocks.Count(slot.Columns)], report);
            }
        }

        foreach (var tensor in checkpoint.Tensors)
        {
            if (!bound.Contains(tensor.Name) && !IsTolerated(checkpoint, tensor.Name, ignoredLayersFrom))
            {
                report.Extra(tensor);
            }
        }

        report.Throw();
        for (var i = 0; i < slots.Count; i++)
        {
            CheckScales(weights[i].Scale, slots[i]);
        }

        return weights;
    }

    private static byte* Find(Checkpoint checkpoint, string name, SafetensorsType type, long[] shape, BindingReport report)
    {
        if (checkpoint.Find(name) is not { } tensor)
        {
            report.Missing(name, type, shape);
            return null;
        }

        if (tensor.Type != type || !tensor.Shape.SequenceEqual(shape))
        {
            report.Different(tensor, type, shape);
        }

        return tensor.Data;
    }

    // Old checkpoints store the rotary frequencies, which follow from the configuration. A layer beyond the last is an MTP module, which another model does without, only where
    // it joins two streams: a plain one would be missing from the sum.
    private static bool IsTolerated(Checkpoint checkpoint, string name, int? ignoredLayersFrom) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || (ignoredLayersFrom is { } first && LayerOf(name) is var layer && layer >= first && checkpoint.Find(Wording.Of($"model.layers.{layer}.eh_proj.weight")) is not null);

    private static int LayerOf(string name)
    {
        const string Prefix = "model.layers.";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return -1;
        }

        var digits = name.AsSpan(Prefix.Length);
        var end = digits.IndexOf('.');
        return end > 0 && int.TryParse(digits[..end], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var layer)
            ? layer
            : -1;
    }

    private static void CheckScales(float* scales, TensorSlot slot)
    {
        if (scales is null)
        {
            return;
        }

        // A scale is amax / 448 of its block; from 2^60 on products could overflow, and nothing trained comes near.
        const float Limit = 1L << 60;
        var across = ScaleBlocks.Count(slot.Columns);
        var count = (long)ScaleBlocks.Count(slot.Rows) * across;
        for (var i = 0L; i < count; i++)
        {
            if (!(scales[i] > 0 && scales[i] < Limit))
            {
                throw new CheckpointException(Wording.Of(
                    $"{slot.Name}{ScaleSuffix} holds the scale {scales[i]} for block [{i / across}, {i % across}]; scales must be positive numbers below 2^60."));
            }
        }
    }
}
