using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>Target = Init (+) Value * Scale over the reduced axes. A sum of products is a contraction; it accumulates in float32.</summary>
/// <param name="Name">Unique within the kernel.</param>
/// <param name="Target">What is written.</param>
/// <param name="Op">Sum or maximum.</param>
/// <param name="Value">What is combined.</param>
/// <param name="Scale">A factor that varies slowly along the reduced axes (a block scale); a schedule may apply it once a block. Null for 1.</param>
/// <param name="Init">Where the sum or maximum starts; may read the target's old value. Null for the neutral element.</param>
/// <param name="Axes">The free axes.</param>
/// <param name="Over">The reduced axes.</param>
public sealed record Reduce(string Name, Read Target, ReduceOp Op, Expr Value, Expr? Scale, Expr? Init, IReadOnlyList<Axis> Axes, IReadOnlyList<Axis> Over)
    : Stage(Name, Target, Axes);
