namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>What a recipe says of one of its files.</summary>
/// <param name="Name">The file name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of the whole file, in lower-case hexadecimal digits.</param>
public sealed record RecipeFile(string Name, long Bytes, string Sha256);
