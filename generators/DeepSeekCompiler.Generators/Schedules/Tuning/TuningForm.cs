using System;
using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>How a kernel runs on a target, as far as that is open: what may be chosen, which values can be, and which are worth a try.</summary>
/// <param name="shape">What the best choice depends on: the same text on every target.</param>
/// <param name="open">Names of the choices.</param>
/// <param name="trials">Choices worth measuring, those that do not fit among them.</param>
/// <param name="refusal">Why a choice does not fit (told the kernel's name too); null where it does.</param>
public sealed class TuningForm(string shape, IReadOnlyList<string> open, IReadOnlyList<KernelChoice> trials, Func<KernelChoice, string, string?> refusal)
{
    /// <summary>What the best choice depends on.</summary>
    public string Shape { get; } = shape;

    /// <summary>Names of the choices; none where everything is fixed.</summary>
    public IReadOnlyList<string> Open { get; } = open;

    /// <summary>Whether it is for the few tokens of decode steps.</summary>
    public bool FewTokens { get; init; }

    /// <summary>Choices worth measuring, those that do not fit among them.</summary>
    public IReadOnlyList<KernelChoice> Trials { get; } = trials;

    internal string? Refusal(KernelChoice choice, string kernel) => refusal(choice, kernel);
}
