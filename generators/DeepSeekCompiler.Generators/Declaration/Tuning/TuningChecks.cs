using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Tuning;

/// <summary>What a tuning file says about kernels of a model that cannot be, and what it says in vain.</summary>
public static class TuningChecks
{
    /// <summary>Problems of the entries: errors, and (<see cref="ProblemCode.TuningUnused"/>) entries that no kernel of the model reads.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="text">The file.</param>
    /// <param name="options">What the model is compiled for; null where that is not known.</param>
    public static IEnumerable<ConfigProblem> Of(ModelSpec spec, TuningText text, CompileOptions? options = null)
    {
        if (text.Tuning.Entries.Count == 0) yield break;
        var kernels = new Dictionary<string, Dictionary<string, TuningForm?>>();
        for (int i = 0; i < text.Tuning.Entries.Count; i++)
        {
            var (entry, place) = (text.Tuning.Entries[i], text.Places[i]);
            if (!kernels.TryGetValue(entry.Target, out var forms)) kernels[entry.Target] = forms = TuningTargets.Of(spec, TuningTargets.Find(entry.Target)!).ToDictionary(k => k.Name, k => k.Form);
            if ((Problem(spec, forms, entry) ?? Elsewhere(entry, options)) is var (code, message)) yield return new(code, message, entry.Kernel, place.Line, place.Column, place.Offset);
        }
    }

    private static (string Code, string Message)? Problem(ModelSpec spec, Dictionary<string, TuningForm?> forms, TuningEntry entry)
    {
        if (!forms.TryGetValue(entry.Kernel, out var form)) return (ProblemCode.TuningUnused, $"{spec.ClassName} has no kernel {entry.Kernel}{On(entry)}; the entry is not used for it.");
        if (form is null || form.Open.Count == 0) return (ProblemCode.TuningUnused, $"The schedule of {entry.Kernel} leaves nothing to choose{On(entry)}; the entry is not used.");
        if (form.Shape != entry.Shape)
            return (ProblemCode.TuningUnused, $"{entry.Kernel} of {spec.ClassName} has the shape {form.Shape}, and the entry is for {entry.Shape}; it is not used for this model.");
        return TuningRules.Problem(entry.Choice, entry.Kernel, form) is { } problem ? (ProblemCode.TuningChoice, problem + (entry.Target == Machine.HostTuning ? "" : $" (The entry is for {entry.Target}.)")) : null;
    }

    private static (string Code, string Message)? Elsewhere(TuningEntry entry, CompileOptions? options) =>
        options is null || entry.Target == Machine.HostTuning || DeviceTargets.Of(options).Any(d => d.Target.TuningTarget == entry.Target) ? null
            : (ProblemCode.TuningUnused, $"The entry for {entry.Kernel} was measured for {entry.Target}, and this project compiles for the host alone; reference DeepSeekCompiler.Runtime.Gpu where the model is declared to use it.");

    private static string On(TuningEntry entry) => entry.Target == Machine.HostTuning ? "" : $" on {entry.Target}";
}
