namespace DeepSeekCompiler.Generators.Declaration.Json;

/// <summary>Where something stands in a text.</summary>
/// <param name="Offset">UTF-16 units from the start.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">UTF-16 units in the line, counted from 1.</param>
public readonly record struct JsonPosition(int Offset, int Line, int Column);
