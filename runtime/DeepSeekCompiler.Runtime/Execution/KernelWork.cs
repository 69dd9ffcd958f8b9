namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>What calls of a kernel had to do. Generated code fills it in from the sizes of the call.</summary>
public readonly record struct KernelWork
{
    /// <summary>Floating-point operations of products with weights.</summary>
    public long WeightFlops { get; init; }

    /// <summary>Bytes of weights, each read once.</summary>
    public long WeightBytes { get; init; }

    /// <summary>All floating-point operations.</summary>
    public long Flops { get; init; }

    /// <summary>All bytes that have to move between memory and processor: weights, cache and activations, each once.</summary>
    public long Bytes { get; init; }

    /// <summary>Of both.</summary>
    public static KernelWork operator +(KernelWork a, KernelWork b) =>
        new() { WeightFlops = a.WeightFlops + b.WeightFlops, WeightBytes = a.WeightBytes + b.WeightBytes, Flops = a.Flops + b.Flops, Bytes = a.Bytes + b.Bytes };
}
