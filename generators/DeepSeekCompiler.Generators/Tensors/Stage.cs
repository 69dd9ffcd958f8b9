using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>One step of a kernel: it defines the numbers of a tensor over its axes.</summary>
/// <param name="Name">Unique within the kernel.</param>
/// <param name="Target">What is written, with its index in terms of the axes.</param>
/// <param name="Axes">The free axes, outermost first.</param>
public abstract record Stage(string Name, Read Target, IReadOnlyList<Axis> Axes);
