using System.Globalization;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Finds the tensors of a compiled model in a checkpoint and checks that they are what the kernels were compiled for.</summary>
public static class WeightBinder
{
    private const int Shown = 3;

    /// <summary>Name of the block scales of an FP8 weight.</summary>
    public static string ScaleName(string weight) => weight + "_scale_inv";

    /// <param name="checkpoint">Where from.</param>
    /// <param name="slots">What is wanted, in order.</param>
    /// <param name="mainLayers">Layers of the main model; what belongs to later ones is skipped when no slot wants it (a model compiled without its MTP module).</param>
    /// <exception cref="CheckpointException">Tensors are missing, too many, or of another shape or type: one sentence for all.</exception>
    public static unsafe Weight[] Bind(Checkpoint checkpoint, IReadOnlyList<TensorSlot> slots, int mainLayers)
    {
        var weights = new Weight[slots.Count];
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<string>();
        for (int i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            wanted.Add(slot.Name);
            long[] shape = slot.IsVector ? [slot.Columns] : [slot.Rows, slot.Columns];
            if (!Check(checkpoint, slot.Name, SafetensorsTypes.Of(slot.Format), shape, problems)) continue;
            weights[i].Data = checkpoint.Data(slot.Name);
            if (slot.Format != StorageFormat.E4M3) continue;
            string scale = ScaleName(slot.Name);
            wanted.Add(scale);
            long[] blocks = [(slot.Rows + 127) / 128, (slot.Columns + 127) / 128];
            if (!Check(checkpoint, scale, SafetensorsType.F32, blocks, problems)) continue;
            weights[i].Scale = (float*)checkpoint.Data(scale);
            CheckScales(scale, weights[i].Scale, blocks, problems);
        }

        foreach (string name in checkpoint.Names)
        {
            if (!wanted.Contains(name) && !IsTolerated(name, mainLayers)) problems.Add($"{SafetensorsHeader.Shown(name)} belongs to no part of the model");
        }

        if (problems.Count == 0) return weights;
        string more = problems.Count > Shown ? $", and {problems.Count - Shown} more problems" : "";
        throw new CheckpointException($"The weights in {checkpoint.Folder} do not fit the model: {string.Join("; ", problems.Take(Shown))}{more}.");
    }

    private static bool Check(Checkpoint checkpoint, string name, SafetensorsType type, long[] shape, List<string> problems)
    {
        string expected = $"{SafetensorsTypes.Name(type)} [{string.Join(", ", shape)}]";
        if (checkpoint.Find(name) is not { } tensor)
        {
            problems.Add($"{name} is missing (expected {expected})");
            return false;
        }

        if (tensor.Type == type && tensor.Shape.SequenceEqual(shape)) return true;
        problems.Add($"{name} is {SafetensorsTypes.Name(tensor.Type)} {tensor.ShapeText} (expected {expected})");
        return false;
    }

    // A scale is amax / 448 of its block; from 2^60 on products could overflow, and nothing trained comes near.
    private static unsafe void CheckScales(string name, float* scales, long[] blocks, List<string> problems)
    {
        for (long i = 0; i < blocks[0] * blocks[1]; i++)
        {
            if (scales[i] > 0 && scales[i] < 1e18f) continue;
            problems.Add($"{name} holds {scales[i].ToString(CultureInfo.InvariantCulture)} for block [{i / blocks[1]}, {i % blocks[1]}] (a scale is a positive finite number)");
            return;
        }
    }

    private static bool IsTolerated(string name, int mainLayers)
    {
        if (name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)) return true;
        const string prefix = "model.layers.";
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return false;
        int end = name.IndexOf('.', prefix.Length);
        return end > 0 && int.TryParse(name.AsSpan(prefix.Length, end - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer >= mainLayers;
    }
}
