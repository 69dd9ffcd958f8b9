using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>One phase of a kernel, lowered: work items [0, Items) of it may run on any worker, in any order.</summary>
/// <param name="Name">A C# identifier.</param>
/// <param name="Scalars">Integer parameters known at launch (token count, cache length ...).</param>
/// <param name="Buffers">Argument and workspace buffers, in order of the parameters.</param>
/// <param name="Items">Number of work items.</param>
/// <param name="Body">Statements; what stands outside the parallel loops is repeated by every worker and touches scratch only.</param>
public record LoopFunction(string Name, IReadOnlyList<Var> Scalars, IReadOnlyList<Buffer> Buffers, Expr Items, Stmt Body)
{
    /// <summary>Items are long: workers take them one by one.</summary>
    public bool Coarse { get; init; }
}
