using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>Which choices there are, which can be, and which are worth a try.</summary>
public static class TuningRules
{
    private const int Registers = 32;
    private const int Lanes = 16;

    /// <summary>Every choice and its range, whatever the kernel.</summary>
    public static IReadOnlyDictionary<string, (int Low, int High, int Step)> Ranges { get; } = new Dictionary<string, (int, int, int)>
    {
        ["tokens"] = (1, 14, 1), ["vectors"] = (1, 8, 1), ["strip"] = (16, 256, 16), ["block"] = (64, 512, 64), ["unroll"] = (1, 16, 1),
    };

    private static readonly string[] s_packed = ["tokens", "vectors", "strip", "block"], s_streaming = ["unroll"];

    /// <summary>What a kernel of a form leaves open.</summary>
    public static IReadOnlyList<string> Of(MatrixForm form) => form == MatrixForm.Streaming ? s_streaming : s_packed;

    /// <summary>Why a choice does not fit a kernel; null where it does.</summary>
    public static string? Problem(KernelChoice choice, string kernel, KernelWeights weights)
    {
        var open = Of(weights.Form);
        foreach (var (name, value) in choice.Chosen)
        {
            if (!open.Contains(name)) return $"{kernel} leaves no {name} to choose; its choices are {string.Join(", ", open)}.";
            if (weights.Format == NumberFormat.E4M3 && name == "unroll") return $"{kernel} multiplies FP8 weights one scale block of {FormatSpec.Block} at a time, so that its unroll is not free.";
            if (weights.Format == NumberFormat.E4M3 && name == "block" && FormatSpec.Block % value != 0) return $"{kernel} has one scale for {FormatSpec.Block} columns of FP8 weights, and a block of {value} is no part of them.";
            if (name == "strip" && value > weights.Rows && value > Kernels.Tiles.Strip) return $"A strip of {value} rows is more than the {weights.Rows} rows that {kernel} multiplies with ({weights}).";
            if (name == "block" && value > weights.Columns && value > Kernels.Tiles.Block) return $"A block of {value} columns is more than the {weights.Columns} columns that {kernel} multiplies with ({weights}).";
        }

        if (weights.Form == MatrixForm.Streaming) return null;
        int tokens = choice.Tokens ?? Kernels.Tiles.PackedTokens, vectors = choice.Vectors ?? Kernels.Tiles.PackedVectors, strip = choice.Strip ?? Kernels.Tiles.Strip;
        if (tokens * vectors + vectors + 1 > Registers) return $"{tokens} tokens by {vectors} vectors need {tokens * vectors + vectors + 1} registers, and there are {Registers}.";
        return strip / Lanes % vectors == 0 ? null : $"A strip of {strip} rows is {strip / Lanes} vectors of {Lanes}, which {vectors} at a time do not divide.";
    }

    /// <summary>Choices worth measuring for a kernel, without the compiler's own.</summary>
    public static IReadOnlyList<KernelChoice> Candidates(string kernel, KernelWeights weights)
    {
        IEnumerable<KernelChoice> all = weights.Form == MatrixForm.Streaming
            ? [new() { Unroll = 1 }, new() { Unroll = 2 }, new() { Unroll = 6 }, new() { Unroll = 8 }]
            :
            [
                new() { Tokens = 5 }, new() { Tokens = 8, Vectors = 3, Strip = 96 }, new() { Tokens = 9, Vectors = 3, Strip = 96 }, new() { Tokens = 8, Vectors = 3, Strip = 48 },
                new() { Tokens = 12, Vectors = 2 }, new() { Tokens = 12, Vectors = 2, Strip = 32 }, new() { Strip = 128 }, new() { Block = 64 }, new() { Strip = 128, Block = 64 },
                new() { Block = 256 }, new() { Tokens = 4 },
            ];
        return [.. all.Where(c => Problem(c, kernel, weights) is null)];
    }
}
