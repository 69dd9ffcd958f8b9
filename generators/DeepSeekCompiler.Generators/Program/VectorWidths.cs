using System;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>A set of host vector widths.</summary>
[Flags]
public enum VectorWidths
{
    Scalar = 1,
    V128 = 2,
    V256 = 4,
    V512 = 8,
    All = Scalar | V128 | V256 | V512,
}
