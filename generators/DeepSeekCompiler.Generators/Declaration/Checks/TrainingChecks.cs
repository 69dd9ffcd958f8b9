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

        if (spec.Formats.Fp8 == Fp8Policy.Full)
        {
            yield return new(
                ProblemCode.Unsupported,
                Settings.SettingNames.Fp8Policy,
                "Fp8Policy is Full, but the training pass computes with float32 masters and quantises no activations, so the model that runs would not be the one trained; use WeightOnly.");
        }
    }
}
