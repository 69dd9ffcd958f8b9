using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Writes a number, encoded to the buffer's format; with several lanes, that many numbers in a row.</summary>
public sealed record Store(Buffer Target, Expr Index, Expr Value, Expr? Table = null) : Stmt
{
    /// <summary>Numbers from lane to lane; more than 1 only where lanes are threads, each with an address of its own.</summary>
    public int Stride { get; init; } = 1;
}
