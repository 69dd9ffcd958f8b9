using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>How a projection takes its input.</summary>
/// <param name="Columns">Width.</param>
/// <param name="Norm">Format and epsilon of the RMSNorm in front, or null.</param>
/// <param name="Quantize">Whether FP8 weights see quantised activations.</param>
public sealed record RowSource(int Columns, (NumberFormat Format, double Eps)? Norm, bool Quantize);
