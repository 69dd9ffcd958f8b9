namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>The tile that a group computes of a product with many tokens on matrix instructions; what tuning may choose.</summary>
/// <param name="Tokens">Activation rows.</param>
/// <param name="Rows">Weight rows, those of a partner included.</param>
/// <param name="Warps">Warps of a group.</param>
/// <param name="WarpTokens">Activation rows of a warp's part.</param>
public sealed record MatrixTile(int Tokens, int Rows, int Warps, int WarpTokens)
{
    /// <summary>64 sums a thread: as many multiplications for a byte from shared memory as registers allow with two groups at once.</summary>
    public static readonly MatrixTile Large = new(128, 128, 8, 64);

    /// <summary>For few tokens.</summary>
    public static readonly MatrixTile Small = new(32, 32, 2, 16);
}
