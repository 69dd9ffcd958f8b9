using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Tests.Support;

/// <summary>The tracked steps of a run.</summary>
internal static class Steps
{
    internal static IEnumerable<object> Outputs(GeneratorDriverRunResult run, string step) => All(run, step).Select(o => o.Value);

    internal static IReadOnlyList<IncrementalStepRunReason> Reasons(GeneratorDriverRunResult run, string step) =>
        [.. All(run, step).Select(o => o.Reason)];

    internal static bool IsCached(IncrementalStepRunReason reason) => reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;

    private static IEnumerable<(object Value, IncrementalStepRunReason Reason)> All(GeneratorDriverRunResult run, string step) =>
        run.Results.Single().TrackedSteps.TryGetValue(step, out var steps) ? steps.SelectMany(s => s.Outputs) : [];
}
