using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Tuning;

/// <summary>What a tuning file says about kernels of a model that cannot be, and what it says in vain.</summary>
public static class TuningChecks
{
    /// <summary>Problems of the entries: errors, and (<see cref="ProblemCode.TuningUnused"/>) entries that no kernel of the model reads.</summary>
    public static IEnumerable<ConfigProblem> Of(ModelSpec spec, TuningText text)
    {
        if (text.Tuning.Entries.Count == 0) yield break;
        var kernels = KernelSet.Of(spec).Kernels.ToDictionary(k => k.Name);
        for (int i = 0; i < text.Tuning.Entries.Count; i++)
        {
            var (entry, place) = (text.Tuning.Entries[i], text.Places[i]);
            if (Problem(spec, kernels.TryGetValue(entry.Kernel, out var kernel) ? kernel : null, entry) is var (code, message))
                yield return new(code, message, entry.Kernel, place.Line, place.Column, place.Offset);
        }
    }

    private static (string Code, string Message)? Problem(ModelSpec spec, ModelKernel? kernel, TuningEntry entry)
    {
        if (kernel is null) return (ProblemCode.TuningUnused, $"{spec.ClassName} has no kernel {entry.Kernel}; the entry is not used for it.");
        if (kernel.Weights?.Invoke() is not { } weights) return (ProblemCode.TuningUnused, $"The schedule of {entry.Kernel} leaves nothing to choose; the entry is not used.");
        if (weights.ToString() != entry.Weights)
            return (ProblemCode.TuningUnused, $"{entry.Kernel} of {spec.ClassName} multiplies with {weights}, and the entry is for {entry.Weights}; it is not used for this model.");
        return TuningRules.Problem(entry.Choice, entry.Kernel, weights) is { } problem ? (ProblemCode.TuningChoice, problem) : null;
    }
}
