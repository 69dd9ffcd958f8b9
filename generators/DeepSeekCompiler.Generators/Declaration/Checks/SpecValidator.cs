using System.Linq;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

/// <summary>Every rule that a specification must keep, whoever wrote it.</summary>
public static class SpecValidator
{
    /// <summary>The problems of <paramref name="spec"/>; none means that every later stage can rely on it.</summary>
    public static EquatableArray<Problem> Check(ModelSpec spec)
    {
        var problems = SizeChecks.Check(spec)
            .Concat(AttentionChecks.Check(spec))
            .Concat(RopeChecks.Check(spec.Rope))
            .Concat(spec.Experts is { } experts ? ExpertChecks.Check(spec, experts) : Enumerable.Empty<Problem>())
            .Concat(PredictionChecks.Check(spec))
            .Concat(FormatChecks.Check(spec.Formats, spec.TieWordEmbeddings))
            .Concat(TrainingChecks.Check(spec))
            .ToList();

        // Products only mean something between sizes that are sizes, and one that is too large stands in several of them.
        return new(problems.Count > 0 ? problems : KernelChecks.Check(spec).Take(1));
    }
}
