namespace DeepSeekCompiler.Generators.Loops;

/// <summary>How a loop runs.</summary>
public enum LoopKind
{
    Serial,

    /// <summary>Replicated; the count is a constant.</summary>
    Unroll,

    /// <summary>One vector operation; the count is the number of lanes.</summary>
    Vector,

    /// <summary>Work items that any worker may take, in any order; outermost only.</summary>
    Parallel,
}
