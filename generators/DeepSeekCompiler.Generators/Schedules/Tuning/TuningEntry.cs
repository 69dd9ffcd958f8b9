namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>A choice for a kernel.</summary>
/// <param name="Target">What it was measured for (see <see cref="Machine.TuningTarget"/>); no other target reads it.</param>
/// <param name="Kernel">Its name.</param>
/// <param name="Shape">What its schedule depends on (see <see cref="TuningForm.Shape"/>): models of one project may have kernels of one name.</param>
/// <param name="Choice">The choice.</param>
public sealed record TuningEntry(string Target, string Kernel, string Shape, KernelChoice Choice);
