using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Rows;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>A stage of a row with its places in memory.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Value">What it computes.</param>
/// <param name="Target">Where that is stored; null where it stays in registers.</param>
internal sealed record RowStep(RowStage Stage, Expr Value, (Buffer Buffer, Expr? Table, Expr Index)? Target);
