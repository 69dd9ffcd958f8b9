using System;
using System.Collections.Generic;
using System.Linq;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>Which choices there are, which can be, and which are worth a try.</summary>
public static class TuningRules
{
    private static readonly Dictionary<string, (int Low, int High, int Step)> s_host = new()
    {
        ["tokens"] = (1, 14, 1), ["vectors"] = (1, 8, 1), ["strip"] = (16, 256, 16), ["block"] = (64, 512, 64), ["unroll"] = (1, 16, 1), ["rows"] = (1, 8, 1), ["queries"] = (4, 96, 1), ["parts"] = (1, 16, 1),
        ["chunk"] = (64, 512, 64),
    };

    private static readonly Dictionary<string, (int Low, int High, int Step)> s_portable = new()
    {
        ["tokens"] = (1, 16, 1), ["rows"] = (1, 32, 1), ["strip"] = (1, 256, 1), ["unroll"] = (1, 16, 1), ["threads"] = (32, 128, 32), ["queries"] = (4, 64, 1), ["keys"] = (1, 16, 1), ["parts"] = (1, 64, 1),
    };

    // Kernels without matrix instructions run there in their portable form.
    private static readonly Dictionary<string, (int Low, int High, int Step)> s_cuda = new()
    {
        ["tokens"] = (1, 256, 1), ["rows"] = (1, 256, 1), ["strip"] = (1, 256, 1), ["unroll"] = (1, 16, 1), ["threads"] = (32, 128, 32), ["warps"] = (1, 16, 1), ["warpTokens"] = (16, 128, 16),
        ["stages"] = (2, 6, 1), ["queries"] = (4, 128, 1), ["keys"] = (1, 64, 1), ["heads"] = (16, 32, 16), ["parts"] = (1, 64, 1),
    };

    private static readonly string[] s_names = ["tokens", "vectors", "rows", "strip", "block", "unroll", "threads", "warps", "warpTokens", "stages", "queries", "keys", "heads", "parts", "chunk"];

    /// <summary>Every choice of a target and its range, whatever the kernel.</summary>
    public static IReadOnlyDictionary<string, (int Low, int High, int Step)> Ranges(string target) =>
        target == Machine.HostTuning ? s_host : target.StartsWith(Machine.CudaTuning, StringComparison.Ordinal) ? s_cuda : s_portable;

    /// <summary>Where a choice stands among others when they are printed.</summary>
    public static int Order(string name) => Array.IndexOf(s_names, name);

    /// <summary>Why a choice does not fit a kernel; null where it does.</summary>
    public static string? Problem(KernelChoice choice, string kernel, TuningForm form)
    {
        foreach (var (name, _) in choice.Chosen)
        {
            if (!form.Open.Contains(name)) return $"{kernel} leaves no {name} to choose; its choices are {string.Join(", ", form.Open)}.";
        }

        return form.Refusal(choice, kernel);
    }

    /// <summary>Choices worth measuring for a kernel, without the compiler's own.</summary>
    public static IReadOnlyList<KernelChoice> Candidates(string kernel, TuningForm form) => [.. form.Trials.Where(c => Problem(c, kernel, form) is null)];
}
