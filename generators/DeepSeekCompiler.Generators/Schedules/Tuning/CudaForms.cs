using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What kernels leave open on matrix instructions. A form knows what a group may have at all; what an assembler makes of a candidate (registers, stack) it does not.</summary>
internal static class CudaForms
{
    private static readonly string[] s_streaming = ["warps"], s_tile = ["tokens", "rows", "warps", "warpTokens", "stages"], s_warpgroup = ["tokens", "rows", "stages"], s_prefill = ["queries", "keys"],
        s_decode = ["heads", "stages", "parts"];

    /// <summary>A product of few tokens: warps share its columns.</summary>
    public static TuningForm Streaming(KernelWeights weights) => new(
        weights.ToString(),
        s_streaming,
        [new() { Warps = 2 }, new() { Warps = 4 }, new() { Warps = 8 }, new() { Warps = 16 }],
        (choice, _) => choice.Warps is 1 or 2 or 4 or 8 or 16 ? null : $"The columns are shared by 1, 2, 4, 8 or 16 warps, and {choice.Warps} is none of them.")
        {
            FewTokens = true,
        };

    /// <summary>One of many tokens: a tile of a group, parts of it for its warps, steps under way.</summary>
    public static TuningForm Tile(KernelWeights weights, IReadOnlyList<Product> products, MatrixForm form, Machine target) => new(
        weights.ToString(),
        s_tile,
        [
            new() { Stages = 2 }, new() { Stages = 3 }, new() { Warps = 4 }, new() { WarpTokens = 32 }, new() { Rows = 64 }, new() { Rows = 64, Warps = 4 }, new() { Tokens = 64, WarpTokens = 32 },
            new() { Tokens = 64, Rows = 64, Warps = 4, WarpTokens = 32 }, new() { Tokens = 64, Rows = 256, WarpTokens = 64 }, new() { Tokens = 256, WarpTokens = 64 }, new() { Rows = 256 },
        ],
        (choice, kernel) => Tensorize.Refusal(products, form, target with { Choice = choice }) is { } why ? $"{kernel}: {why}" : null);

    /// <summary>The same by the instructions of a warpgroup.</summary>
    public static TuningForm Warpgroup(KernelWeights weights, IReadOnlyList<Product> products) => new(
        weights.ToString(),
        s_warpgroup,
        [new() { Tokens = 128 }, new() { Rows = 128 }, new() { Rows = 256 }, new() { Stages = 2 }, new() { Stages = 3 }, new() { Stages = 4 }, new() { Rows = 128, Stages = 4 }, new() { Rows = 256, Stages = 3 }],
        (choice, kernel) => WarpgroupTiles.Refusal(products[0], choice) is { } why ? $"{kernel}: {why}" : null);

    /// <summary>Prefill attention.</summary>
    public static TuningForm Prefill(string shape, AttentionShape s, LatentAttentionSpec? latent, Machine target) => new(
        shape,
        s_prefill,
        [new() { Queries = 64 }, new() { Queries = 128 }, new() { Keys = 32 }, new() { Keys = 64 }, new() { Queries = 64, Keys = 32 }],
        (choice, kernel) => FlashTile.Of(s, latent, target with { Choice = choice }) is not null ? null
            : $"{kernel} has no tile of {choice.Queries?.ToString() ?? "128 or 64"} queries by {choice.Keys?.ToString() ?? "64 or 32"} keys: there are 128 and 64 queries, 64 and 32 keys, and what registers and shared memory hold.");

    /// <summary>Decode attention.</summary>
    public static TuningForm Decode(string shape, AttentionDecode attention, Machine target) => new(
        shape,
        s_decode,
        [new() { Heads = 16 }, new() { Stages = 2 }, new() { Heads = 16, Stages = 2 }, new() { Parts = 1 }, new() { Parts = 2 }, new() { Parts = 4 }, new() { Parts = 16 }],
        (choice, kernel) => AttentionTile.Of(attention, target with { Choice = choice }) is not null ? null
            : $"{kernel} has no tile of {choice.Heads?.ToString() ?? "32 or 16"} heads with {choice.Stages?.ToString() ?? "3 or 2"} steps in a ring: registers and shared memory hold less.")
        {
            FewTokens = true,
        };
}
