namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">As stored.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents; empty for a scalar.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="Length">Bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>The shape in words: [576, 7168].</summary>
    public string ShapeText => "[" + string.Join(", ", Shape) + "]";
}
