using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>What a generated training pass tells its base: the tensors, and how many 4-byte numbers a token needs.</summary>
public sealed record TrainingLayout
{
    public required ModelInfo Info { get; init; }

    /// <summary>The checkpoint's tensors; formats are ignored, everything is trained in float32.</summary>
    public required IReadOnlyList<TensorSlot> Manifest { get; init; }

    /// <summary>Slots that are another slot's tensor: (copy, original).</summary>
    public required IReadOnlyList<(int Copy, int Original)> Tied { get; init; }

    /// <summary>Expert blocks and the slot of their correction bias, -1 where there is none.</summary>
    public required IReadOnlyList<(int Layer, int BiasSlot)> ExpertLayers { get; init; }

    /// <summary>Routed experts of a block; 0 for a dense model.</summary>
    public required int Experts { get; init; }

    /// <summary>Routed experts of a token.</summary>
    public required int ExpertsPerToken { get; init; }

    /// <summary>Blocks, MTP modules included.</summary>
    public required int Blocks { get; init; }

    /// <summary>Numbers a token leaves in every block for the backward pass, buffer by buffer.</summary>
    public required IReadOnlyList<int> Kept { get; init; }

    /// <summary>Numbers a token needs in working buffers that all blocks share.</summary>
    public required IReadOnlyList<int> Work { get; init; }

    /// <summary>Numbers a token of a chunk needs in working buffers, of which only one chunk's exist.</summary>
    public IReadOnlyList<int> Chunk { get; init; } = [];

    /// <summary>Parameters that the MTP module multiplies for one token, its head included; 0 without one.</summary>
    public long MtpActiveParameters { get; init; }

    /// <summary>What the projections multiply.</summary>
    public TrainingPrecision Precision { get; init; }

    public required float[] RopeFrequencies { get; init; }

    public required float RopeMagnitude { get; init; }

    /// <summary>The slot that holds every slot's numbers: its own, or for a copy the original.</summary>
    public int[] Originals()
    {
        int[] originals = [.. Enumerable.Range(0, Manifest.Count)];
        foreach (var (copy, original) in Tied) originals[copy] = original;
        return originals;
    }

    /// <summary>Bytes of activations that a token of a micro-batch takes; those of one chunk come on top.</summary>
    public long BytesPerToken => sizeof(float) * (((long)Blocks * Kept.Sum()) + Work.Sum());
}
