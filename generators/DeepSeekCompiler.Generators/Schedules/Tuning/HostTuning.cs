using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>Choices that were measured on a machine.</summary>
/// <param name="Entries">By kernel.</param>
public sealed record HostTuning(EquatableArray<TuningEntry> Entries)
{
    public static readonly HostTuning None = new(EquatableArray<TuningEntry>.Empty);

    /// <summary>The choice for a kernel, or null.</summary>
    public KernelChoice? Find(string kernel, string weights) => Entries.FirstOrDefault(e => e.Kernel == kernel && e.Weights == weights)?.Choice;

    /// <summary>Several files as one; the first that says something about a kernel counts.</summary>
    public static HostTuning Of(IEnumerable<HostTuning> files) => new(new EquatableArray<TuningEntry>(files.SelectMany(f => f.Entries)));

    /// <summary>Whether anything is chosen for a kernel of that name.</summary>
    public bool Names(string kernel) => Entries.Any(e => e.Kernel == kernel);

    /// <summary>The same for equal choices, whatever the file looks like.</summary>
    public override string ToString() => string.Join("; ", Entries.Select(e => $"{e.Kernel} ({e.Weights}): {e.Choice}"));
}
