namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Mistakes that the machine makes on request: the kernels' results must then be wrong, which shows that they depend on it.</summary>
[Flags]
public enum Faults
{
    None = 0,

    /// <summary>The copy engine turns pieces by the wrong bits of the row.</summary>
    Swizzle = 1,

    /// <summary>Atoms of eight rows are taken to lie twice as far apart.</summary>
    Stride = 2,

    /// <summary>Columns outside of a matrix are not zero.</summary>
    Fill = 4,

    /// <summary>The sums of rows g and g + 8 are exchanged.</summary>
    Rows = 8,

    /// <summary>An instruction's bytes along a row begin 16 bytes further than the one's before.</summary>
    Advance = 16,
}
