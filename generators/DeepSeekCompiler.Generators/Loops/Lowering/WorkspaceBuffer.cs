using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Memory between the phases of a kernel.</summary>
/// <param name="Buffer">As the functions see it.</param>
/// <param name="Length">Numbers, in terms of the kernel's scalars.</param>
public sealed record WorkspaceBuffer(Buffer Buffer, Expr Length);
