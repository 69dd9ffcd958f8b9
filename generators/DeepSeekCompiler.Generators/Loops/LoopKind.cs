namespace DeepSeekCompiler.Generators.Loops;

/// <summary>How a loop runs.</summary>
public enum LoopKind
{
    Serial,

    /// <summary>Replicated; the count is a constant.</summary>
    Unroll,

    /// <summary>One vector operation; the count is the number of lanes.</summary>
    Vector,

    /// <summary>The loops of a block that is stored across the order in which it is read: columns, then rows, which become lanes. A block of as many rows as a
    /// vector has lanes and as many columns as fill its words is one transposition; any other is walked.</summary>
    Transpose,

    /// <summary>Work items that any worker may take, in any order; outermost only.</summary>
    Parallel,
}
