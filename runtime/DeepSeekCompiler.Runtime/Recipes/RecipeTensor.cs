using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>One tensor of a recipe.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Type">F32, BF16 or F8_E4M3.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Scale">Half the width of the values.</param>
/// <param name="Offset">Their middle.</param>
/// <param name="File">File of the folder.</param>
/// <param name="ValuesOf">Another name to hash, for an exact copy; or null.</param>
/// <param name="ScalesOf">The weight whose block scales this tensor holds; or null.</param>
public sealed record RecipeTensor(string Name, SafetensorsType Type, long[] Shape, double Scale, double Offset, string File, string? ValuesOf, string? ScalesOf)
{
    public long Rows => Shape.Length == 2 ? Shape[0] : 1;

    public long Columns => Shape[^1];
}
