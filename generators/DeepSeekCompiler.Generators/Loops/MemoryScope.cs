namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Where a buffer lives.</summary>
public enum MemoryScope
{
    /// <summary>Handed to the kernel: weights, activations, cache.</summary>
    Argument,

    /// <summary>Memory of the session that lives from one phase of a kernel to the next.</summary>
    Workspace,

    /// <summary>Private memory of one worker.</summary>
    Scratch,

    /// <summary>Registers: every index is a constant once loops are unrolled.</summary>
    Register,
}
