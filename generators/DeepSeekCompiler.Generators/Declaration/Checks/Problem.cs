namespace DeepSeekCompiler.Generators.Declaration.Checks;

/// <summary>Something that cannot work, said once for both doors; each door adds where it was written.</summary>
/// <param name="Code">A <see cref="Diagnostics.ProblemCode"/>.</param>
/// <param name="Property">The setting to blame.</param>
/// <param name="Message">One sentence: what is wrong, with the values, and what would be right.</param>
public sealed record Problem(string Code, string Property, string Message);
