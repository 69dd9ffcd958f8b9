using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>How a phase of decode attention runs that is printed for its devices: its stages have no loops.</summary>
/// <param name="Attention">The algorithm.</param>
internal abstract record AttentionWork(AttentionDecode Attention)
{
    /// <summary>Threads of a group.</summary>
    public abstract int Threads { get; }

    /// <summary>Dynamic shared memory of a group.</summary>
    public virtual int DynamicBytes => 0;

    /// <summary>Work items, in terms of the algorithm's axes.</summary>
    public abstract Expr Items { get; }
}
