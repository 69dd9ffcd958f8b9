using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static Settings.SettingNames;

/// <summary>Which number formats can stand where.</summary>
internal static class FormatChecks
{
    internal static IEnumerable<Problem> Check(FormatSpec formats, bool tied)
    {
        var problems = new List<Problem?>
        {
            Allowed(LinearFormat, formats.Linear, NumberFormat.F32, NumberFormat.F16, NumberFormat.BF16, NumberFormat.E4M3),
            Allowed(OtherFormat, formats.Other, NumberFormat.F32, NumberFormat.F16, NumberFormat.BF16),
            Allowed(HeadFormat, formats.Head, NumberFormat.F32, NumberFormat.F16, NumberFormat.BF16, NumberFormat.E4M3),
            Allowed(BiasFormat, formats.Bias, NumberFormat.F32, NumberFormat.BF16),
            Allowed(CacheFormat, formats.Cache, NumberFormat.F32, NumberFormat.BF16, NumberFormat.E4M3, NumberFormat.I16),
        };
        if (tied && formats.Head != formats.Other)
        {
            problems.Add(new(ProblemCode.Format, HeadFormat, $"HeadFormat is {formats.Head} and OtherFormat {formats.Other}, but the head is the embedding (TieWordEmbeddings), so they are one."));
        }

        if (formats.Fp8 == Spec.Fp8Policy.Full && formats.Linear != NumberFormat.E4M3)
        {
            problems.Add(new(
                ProblemCode.Format, Settings.SettingNames.Fp8Policy, $"Fp8Policy is Full, but the matrices are {formats.Linear}; only E4M3 weights have a policy."));
        }

        if (formats.Fp8 == Spec.Fp8Policy.Full && formats.PowerOfTwoScales)
        {
            problems.Add(new(
                ProblemCode.Format,
                Settings.SettingNames.Fp8Policy,
                "Fp8Policy is Full, but the checkpoint's scale_fmt is ue8m0; activations are quantised with float32 scales here, so use WeightOnly."));
        }

        return problems.OfType<Problem>();
    }

    private static Problem? Allowed(string name, NumberFormat value, params NumberFormat[] allowed) => allowed.Contains(value)
        ? null
        : new(ProblemCode.Format, name, $"{name} is {value}; it can be {string.Join(", ", allowed)}.");
}
