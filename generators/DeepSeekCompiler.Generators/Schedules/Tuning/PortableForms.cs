using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Schedules.Kernels;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What kernels leave open on devices without matrix instructions.</summary>
internal static class PortableForms
{
    // Sums of a register tile: beyond it, compilers for GPUs keep them in memory. Vectors of a processor hold sixteen at most.
    private static int Sums(Machine target) => target.Lanes == 1 ? 256 : 128;

    /// <summary>A product of few tokens.</summary>
    public static TuningForm Streaming(KernelWeights weights, Machine target) => new(
        weights.ToString(),
        Names(target, "unroll"),
        [new() { Unroll = 1 }, new() { Unroll = 2 }, new() { Unroll = 8 }, new() { Unroll = 16 }, .. Threads(target)],
        (choice, kernel) => (choice.Unroll is null ? null : HostForms.FixedUnroll(weights, kernel)) ?? Group(choice))
        {
            FewTokens = true,
        };

    /// <summary>One of many tokens: a group decodes a strip of rows into memory of its own, on the chip where it is small, and multiplies with it in register tiles.</summary>
    /// <param name="weights">What it multiplies with.</param>
    /// <param name="together">Weight rows that one work item cannot part.</param>
    /// <param name="target">The device.</param>
    public static TuningForm Panel(KernelWeights weights, int together, Machine target) => new(
        weights.ToString(),
        Names(target, "tokens", "rows", "strip"),
        target.Lanes == 1
            ?
            [
                new() { Tokens = 2 }, new() { Tokens = 6 }, new() { Tokens = 8 }, new() { Rows = 8 }, new() { Tokens = 8, Rows = 8 }, new() { Rows = 32 }, new() { Strip = 16 }, new() { Strip = 64 },
            ]
            : [new() { Tokens = 3 }, new() { Tokens = 8 }, new() { Rows = 8 }, new() { Tokens = 8, Rows = 8 }, new() { Strip = 8 }, new() { Strip = 16 }, new() { Strip = 64 }, .. Threads(target)],
        (choice, kernel) => Panel(choice, kernel, weights, together, target));

    /// <summary>Prefill attention.</summary>
    public static TuningForm Prefill(string shape, Machine target) => new(
        shape,
        Names(target, "tokens", "rows", "queries"),
        target.Lanes == 1
            ? [new() { Queries = 4 }, new() { Queries = 24 }, new() { Queries = 48 }, new() { Tokens = 2 }, new() { Tokens = 6 }, new() { Tokens = 8, Queries = 16 }, new() { Rows = 8 }, new() { Tokens = 2, Rows = 32 }]
            :
            [
                new() { Queries = 8 }, new() { Queries = 32 }, new() { Queries = 64 }, new() { Tokens = 2 }, new() { Tokens = 8 }, new() { Tokens = 8, Queries = 32 }, new() { Tokens = 16, Queries = 64 },
                new() { Tokens = 4, Rows = 8 }, new() { Tokens = 8, Rows = 8, Queries = 32 }, .. Threads(target),
            ],
        (choice, _) => Sum(choice.Tokens ?? 4, choice.Rows ?? Tiles.DefaultRows(target), target) ?? Across(choice, target) ?? Group(choice));

    /// <summary>Decode attention.</summary>
    public static TuningForm Decode(string shape, Machine target) => new(
        shape,
        Names(target, "keys", "parts"),
        [new() { Keys = 2 }, new() { Keys = 8 }, new() { Parts = 1 }, new() { Parts = 4 }, new() { Parts = 16 }, .. Threads(target)],
        (choice, _) => Group(choice))
        {
            FewTokens = true,
        };

    // Where a group is one thread of a processor there is nothing to choose about it.
    private static string[] Names(Machine target, params string[] names) => target.Lanes == 1 ? names : [.. names, "threads"];

    private static IEnumerable<KernelChoice> Threads(Machine target) =>
        new[] { 32, 64, 128 }.Where(n => target.Lanes > 1 && n != target.Lanes).Select(n => new KernelChoice { Threads = n });

    private static string? Panel(KernelChoice choice, string kernel, KernelWeights weights, int together, Machine target)
    {
        int tokens = choice.Tokens ?? Tiles.DefaultTokens(target), rows = choice.Rows ?? Tiles.DefaultRows(target), strip = choice.Strip ?? Tiles.Panel;
        if (rows % together != 0) return $"{kernel} multiplies {together} weight rows that belong together, and {rows} rows a tile are no multiple of them.";
        if (strip % rows != 0) return $"A strip of {strip} rows does not divide into tiles of {rows}.";
        if (choice.Strip is not null && strip > weights.Rows && strip > Tiles.Panel) return $"A strip of {strip} rows is more than the {weights.Rows} rows that {kernel} multiplies with ({weights}).";
        return Sum(tokens, rows, target) ?? Group(choice);
    }

    // Pages of keys and heads are cut into strips of 64, and those into the rows that stand side by side.
    private static string? Across(KernelChoice choice, Machine target) => target.Lanes > 1 || choice.Rows is null or 1 or 2 or 4 or 8 or 16 or 32 ? null
        : $"Keys and values stand 1, 2, 4, 8, 16 or 32 side by side, and {choice.Rows} is none of them.";

    private static string? Sum(int tokens, int rows, Machine target) =>
        tokens * rows <= Sums(target) ? null : $"{tokens} tokens by {rows} rows are {tokens * rows} sums, and a thread holds {Sums(target)}.";

    // Sums over a group are taken by halves, and a scale block of FP8 weights has 128 columns.
    private static string? Group(KernelChoice choice) => choice.Threads is null or 32 or 64 or 128 ? null : $"A group has 32, 64 or 128 threads, and {choice.Threads} is none of them.";
}
