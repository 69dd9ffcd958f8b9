namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>What a safetensors header says of one tensor, without its place.</summary>
/// <param name="Name">The tensor name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">Extents, outermost first; empty for a scalar.</param>
public sealed record TensorLayout(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Elements of the shape.</summary>
    public long Count => Shape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>Bytes of the data.</summary>
    public long Bytes => checked(Count * SafetensorsTypes.SizeOf(Type));
}
