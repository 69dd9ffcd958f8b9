using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>One tensor of a weight recipe.</summary>
/// <param name="Name">The tensor name.</param>
/// <param name="Type">F32, BF16 or F8E4M3.</param>
/// <param name="Shape">Extents, outermost first.</param>
/// <param name="File">The file it is stored in.</param>
public sealed record RecipeTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, string File)
{
    /// <summary>Half the width of the distribution.</summary>
    public double Scale { get; init; }

    /// <summary>Middle of the distribution.</summary>
    public double Offset { get; init; }

    /// <summary>The name whose values these are, when they are those of another tensor.</summary>
    public string? ValuesOf { get; init; }

    /// <summary>The weight whose block scales this tensor holds; then scale and offset mean nothing.</summary>
    public string? ScalesOf { get; init; }

    /// <summary>SHA-256 of the stored bytes, in lower-case hexadecimal digits; null when not known.</summary>
    public string? Sha256 { get; init; }
}
