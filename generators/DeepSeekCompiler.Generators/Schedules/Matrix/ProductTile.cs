using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>How a phase of products runs on matrix instructions.</summary>
/// <param name="Products">Products that start a group of work items; partners hang on them.</param>
/// <param name="Form">Streaming or tiles.</param>
/// <param name="Unit">The instructions there are.</param>
/// <param name="Tokens">Activation rows of a work item's tile.</param>
/// <param name="Rows">Weight rows of a work item's tile, those of a partner included.</param>
/// <param name="Columns">Reduced columns that are in shared memory (or, streaming, in registers) at once.</param>
/// <param name="Warps">Warps of a group.</param>
/// <param name="WarpTokens">Activation rows of a warp's part of the tile.</param>
/// <param name="Stages">Tiles in flight.</param>
internal sealed record ProductTile(IReadOnlyList<Product> Products, MatrixForm Form, MatrixUnit Unit, int Tokens, int Rows, int Columns, int Warps, int WarpTokens, int Stages)
{
    /// <summary>Threads of a group.</summary>
    public int Threads => 32 * Warps;

    /// <summary>Tiles of activations that follow each other before the next tile of weights, so that the weights of many are read once.</summary>
    public int Band { get; init; } = 1;

    /// <summary>Tokens that a launch uses of a tile, at least.</summary>
    public int LeastTokens { get; init; } = Tokens;

    /// <summary>Dynamic shared memory of a group; 0 where it is static.</summary>
    public int DynamicBytes { get; init; }

    public override string ToString() => Form.IsStreaming()
        ? $"{Rows} weight rows by {Tokens} tokens a group, {Warps} warps along the reduced columns"
        : Form.IsWarpgroup() ? $"{Tokens} tokens by {Rows} weight rows a group, {Columns} columns a step; 4 warps to copy, {Warps - 4} to multiply, "
            + $"{Stages} steps in a ring of {DynamicBytes} bytes; {Band} tiles of tokens to a tile of weights"
        : $"{Tokens} tokens by {Rows} weight rows a group of {Warps} warps, {Columns} columns a step, {Stages} steps in flight";
}
