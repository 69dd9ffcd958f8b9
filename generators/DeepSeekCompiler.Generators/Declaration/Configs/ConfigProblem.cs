namespace DeepSeekCompiler.Generators.Declaration.Configs;

/// <summary>What is wrong with a configuration file, and where.</summary>
/// <param name="Code">A <see cref="Diagnostics.ProblemCode"/>.</param>
/// <param name="Message">One sentence: what is wrong, with the values, and what would be right.</param>
/// <param name="Key">The JSON path, such as <c>rope_scaling.factor</c>; empty for the file as a whole.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">UTF-16 units in the line, counted from 1.</param>
/// <param name="Offset">UTF-16 units from the start of the file.</param>
public sealed record ConfigProblem(string Code, string Message, string Key, int Line, int Column, int Offset);
