using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Schedules.Kernels;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What kernels leave open on the host.</summary>
internal static class HostForms
{
    private const int Registers = 32;
    private const int Lanes = 16;

    private static readonly string[] s_packed = ["tokens", "vectors", "strip", "block"], s_packedFixed = ["tokens", "vectors", "strip"], s_tiled = ["strip"], s_streaming = ["unroll", "rows"], s_prefill = ["tokens", "vectors", "queries"], s_decode = ["parts"], s_chunk = ["chunk"];

    /// <summary>A product of few tokens.</summary>
    public static TuningForm Streaming(KernelWeights weights) => new(
        weights.ToString(),
        s_streaming,
        [new() { Unroll = 1 }, new() { Unroll = 2 }, new() { Unroll = 6 }, new() { Unroll = 8 }, new() { Rows = 1 }, new() { Rows = 2 }, new() { Rows = 4 }, new() { Rows = 8 }],
        (choice, kernel) => (choice.Unroll is null ? null : FixedUnroll(weights, kernel)) ?? Rows(choice, kernel, weights))
        {
            FewTokens = true,
        };

    /// <summary>One of many tokens.</summary>
    public static TuningForm Packed(KernelWeights weights) => new(
        weights.ToString(),
        s_packed,
        [
            new() { Tokens = 5 }, new() { Tokens = 8, Vectors = 3, Strip = 96 }, new() { Tokens = 9, Vectors = 3, Strip = 96 }, new() { Tokens = 8, Vectors = 3, Strip = 48 },
            new() { Tokens = 12, Vectors = 2 }, new() { Tokens = 12, Vectors = 2, Strip = 32 }, new() { Strip = 128 }, new() { Block = 64 }, new() { Strip = 128, Block = 64 },
            new() { Block = 256 }, new() { Tokens = 4 },
        ],
        (choice, kernel) => Packed(choice, kernel, weights));

    /// <summary>The same with whole numbers, whose blocks are those of their scales.</summary>
    public static TuningForm PackedFixed(KernelWeights weights) => new(
        weights.ToString(),
        s_packedFixed,
        [
            new() { Tokens = 5 }, new() { Tokens = 8, Vectors = 3, Strip = 96 }, new() { Tokens = 8, Vectors = 3, Strip = 48 }, new() { Tokens = 12, Vectors = 2 }, new() { Tokens = 12, Vectors = 2, Strip = 128 },
            new() { Strip = 128 }, new() { Strip = 256 }, new() { Tokens = 4 },
        ],
        (choice, kernel) => Packed(choice, kernel, weights));

    /// <summary>One of many tokens, a few of them a matrix.</summary>
    public static TuningForm Tiled(KernelWeights weights) => new(
        weights.ToString(),
        s_tiled,
        [new() { Strip = 16 }, new() { Strip = 32 }, new() { Strip = 64 }, new() { Strip = 128 }],
        (choice, kernel) => choice.Strip is not { } strip ? null
            : strip % Tiles.Rows != 0 ? $"{kernel} multiplies {Tiles.Rows} rows at a time, and a strip of {strip} is no multiple of that."
            : weights.Format == NumberFormat.E4M3 && FormatSpec.Block % strip != 0 ? $"{kernel} has one scale for {FormatSpec.Block} rows of FP8 weights, and a strip of {strip} is no part of them." : null);

    /// <summary>Prefill attention: a block of queries goes through a page of keys in register tiles.</summary>
    public static TuningForm Prefill(string shape) => new(
        shape,
        s_prefill,
        [
            new() { Queries = 6 }, new() { Queries = 24 }, new() { Queries = 48 }, new() { Queries = 96 }, new() { Tokens = 4 }, new() { Tokens = 12, Vectors = 2 }, new() { Tokens = 12, Vectors = 2, Queries = 24 },
            new() { Tokens = 12, Vectors = 2, Queries = 48 },
        ],
        (choice, _) => Tile(choice, Tiles.Strip));

    /// <summary>Decode attention.</summary>
    public static TuningForm Decode(string shape) => new(shape, s_decode, [new() { Parts = 1 }, new() { Parts = 2 }, new() { Parts = 8 }, new() { Parts = 16 }], (_, _) => null) { FewTokens = true };

    /// <summary>How long prompts are cut.</summary>
    public static TuningForm Chunk(string shape) => new(shape, s_chunk, [new() { Chunk = 128 }, new() { Chunk = 192 }, new() { Chunk = 256 }, new() { Chunk = 384 }], (_, _) => null);

    /// <summary>Why the streaming loop of FP8 weights is not free; null for other formats.</summary>
    public static string? FixedUnroll(KernelWeights weights, string kernel) => weights.Format != NumberFormat.E4M3 ? null
        : $"{kernel} multiplies FP8 weights one scale block of {FormatSpec.Block} at a time, so that its unroll is not free.";

    private static string? Rows(KernelChoice choice, string kernel, KernelWeights weights) =>
        weights.Format == NumberFormat.E4M3 && choice.Rows is { } rows && FormatSpec.Block % rows != 0
            ? $"{kernel} has one scale for {FormatSpec.Block} rows of FP8 weights, and {rows} rows are no part of them." : null;

    private static string? Packed(KernelChoice choice, string kernel, KernelWeights weights)
    {
        if (weights.Format == NumberFormat.E4M3 && choice.Block is { } part && FormatSpec.Block % part != 0)
            return $"{kernel} has one scale for {FormatSpec.Block} columns of FP8 weights, and a block of {part} is no part of them.";
        if (choice.Strip is { } strip && strip > weights.Rows && strip > Tiles.Strip) return $"A strip of {strip} rows is more than the {weights.Rows} rows that {kernel} multiplies with ({weights}).";
        if (choice.Block is { } block && block > weights.Columns && block > Tiles.Block) return $"A block of {block} columns is more than the {weights.Columns} columns that {kernel} multiplies with ({weights}).";
        return Tile(choice, choice.Strip ?? Tiles.Strip);
    }

    private static string? Tile(KernelChoice choice, int strip)
    {
        int tokens = choice.Tokens ?? Tiles.PackedTokens, vectors = choice.Vectors ?? Tiles.PackedVectors;
        if (tokens * vectors + vectors + 1 > Registers) return $"{tokens} tokens by {vectors} vectors need {tokens * vectors + vectors + 1} registers, and there are {Registers}.";
        return strip / Lanes % vectors == 0 ? null : $"A strip of {strip} rows is {strip / Lanes} vectors of {Lanes}, which {vectors} at a time do not divide.";
    }
}
