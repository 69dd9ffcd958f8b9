using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>Choices that were measured on machines and devices.</summary>
/// <param name="Entries">By target and kernel.</param>
public sealed record ScheduleTuning(EquatableArray<TuningEntry> Entries)
{
    public static readonly ScheduleTuning None = new(EquatableArray<TuningEntry>.Empty);

    /// <summary>The choice for a kernel on a target, or null.</summary>
    public KernelChoice? Find(string target, string kernel, string shape) => Entries.FirstOrDefault(e => e.Target == target && e.Kernel == kernel && e.Shape == shape)?.Choice;

    /// <summary>Several files as one; the first that says something about a kernel on a target counts.</summary>
    public static ScheduleTuning Of(IEnumerable<ScheduleTuning> files) => new(new EquatableArray<TuningEntry>(files.SelectMany(f => f.Entries)));

    /// <summary>Whether anything is chosen for a kernel of that name.</summary>
    public bool Names(string kernel) => Entries.Any(e => e.Kernel == kernel);

    /// <summary>The same for equal choices, whatever the file looks like.</summary>
    public override string ToString() => string.Join("; ", Entries.Select(e => $"{e.Target} {e.Kernel} ({e.Shape}): {e.Choice}"));
}
