namespace DeepSeekCompiler.Generators.Declaration.Tuning;

/// <summary>Where something stands in a tuning file.</summary>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">UTF-16 units in the line, counted from 1.</param>
/// <param name="Offset">UTF-16 units from the start of the file.</param>
public readonly record struct TuningPlace(int Line, int Column, int Offset);
