using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>Target = Value, for every point of the axes.</summary>
public sealed record Map(string Name, Read Target, Expr Value, IReadOnlyList<Axis> Axes) : Stage(Name, Target, Axes);
