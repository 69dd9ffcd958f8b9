using System.Collections.Generic;
using System.Globalization;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

/// <summary>What a training pass needs.</summary>
public static class TrainingChecks
{
    /// <summary>Keys and values of a head that attention in training holds transposed for the longest row (4096 tokens), in 12 MiB of a worker's stack of 16.</summary>
    private const int MostHeadNumbers = 768;

    /// <summary>Empty for a model that is not trained.</summary>
    public static IEnumerable<Problem> Check(ModelSpec spec)
    {
        if (!spec.Trainable) yield break;
        int numbers = spec.Attention.QkHeadDim + spec.Attention.ValueDim;
        if (numbers > MostHeadNumbers)
        {
            yield return new(
                ProblemCode.Unsupported,
                Settings.SettingNames.Trainable,
                string.Format(
                    CultureInfo.InvariantCulture,
                    "Keys of {0} and values of {1} numbers a head are more than training attention holds; together they can be {2} at most.",
                    spec.Attention.QkHeadDim,
                    spec.Attention.ValueDim,
                    MostHeadNumbers));
        }

        // The rounded weights of all experts of a projection lie in one buffer, which kernels count in 32 bits.
        if (spec.Precision != TrainingPrecision.Float32 && spec.Experts is { } e && (long)e.NRoutedExperts * e.MoeIntermediateSize * spec.HiddenSize > int.MaxValue)
        {
            yield return new(
                ProblemCode.Unsupported,
                Settings.SettingNames.TrainingPrecision,
                string.Format(
                    CultureInfo.InvariantCulture,
                    "{0} experts of {1} x {2} are more weights of one projection than training rounds at once, {3}; Float32 trains them.",
                    e.NRoutedExperts,
                    e.MoeIntermediateSize,
                    spec.HiddenSize,
                    int.MaxValue));
        }

        if (spec.Formats.Fp8 == Fp8Policy.Full && spec.Precision != TrainingPrecision.Fp8)
        {
            yield return new(
                ProblemCode.Unsupported,
                Settings.SettingNames.Fp8Policy,
                "Fp8Policy is Full, but a training pass that is not Fp8 itself quantises no activations, so the model that runs would not be the one trained; use WeightOnly, or [Trainable(Precision = TrainingPrecision.Fp8)].");
        }
    }
}
