namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>A choice for a kernel.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Weights">What it multiplies with (see <see cref="KernelWeights"/>): models of one project may have kernels of one name.</param>
/// <param name="Choice">The choice.</param>
public sealed record TuningEntry(string Kernel, string Weights, KernelChoice Choice);
