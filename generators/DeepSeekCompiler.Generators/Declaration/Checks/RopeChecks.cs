using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static Settings.SettingNames;

/// <summary>Rotation frequencies and context extension.</summary>
internal static class RopeChecks
{
    internal static IEnumerable<Problem> Check(RopeSpec rope)
    {
        var problems = new List<Problem?> { SizeChecks.Positive(RopeTheta, rope.Theta) };
        if (rope.Yarn is { } yarn)
        {
            problems.Add(SizeChecks.AtLeast(YarnFactor, yarn.Factor, 1));
            problems.Add(SizeChecks.Size(YarnOriginalMaxPositionEmbeddings, yarn.OriginalMaxPositionEmbeddings));
            problems.Add(SizeChecks.Positive(YarnBetaFast, yarn.BetaFast));
            problems.Add(SizeChecks.Positive(YarnBetaSlow, yarn.BetaSlow));
            problems.Add(SizeChecks.AtLeast(YarnMscale, yarn.Mscale, 0));
            problems.Add(SizeChecks.AtLeast(YarnMscaleAllDim, yarn.MscaleAllDim, 0));

            // Equal is allowed: Kimi-K2 publishes 1 and 1, a ramp of no width.
            if (problems.All(p => p is null) && yarn.BetaFast < yarn.BetaSlow)
            {
                problems.Add(new(
                    ProblemCode.YarnRamp,
                    YarnBetaFast,
                    $"YarnBetaFast is {Text.Of(yarn.BetaFast)}, below YarnBetaSlow, which is {Text.Of(yarn.BetaSlow)}; the ramp must not run backwards."));
            }
        }

        return problems.OfType<Problem>();
    }
}
