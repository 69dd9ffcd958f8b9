using System.Collections.Generic;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

/// <summary>Sizes of the whole model, and the two sentences about sizes and numbers that the other checks share.</summary>
internal static class SizeChecks
{
    /// <summary>No published size comes near; products of two sizes stay far inside 64 bits.</summary>
    internal const int Largest = 1 << 24;

    /// <summary>Each layer becomes lines of the generated forward pass.</summary>
    internal const int MostLayers = 1024;

    internal static IEnumerable<Problem> Check(ModelSpec spec)
    {
        var sizes = new[]
        {
            (SettingNames.HiddenSize, spec.HiddenSize, KernelChecks.MostWidth),
            (SettingNames.NumHiddenLayers, spec.NumHiddenLayers, MostLayers),
            (SettingNames.VocabSize, spec.VocabSize, KernelChecks.MostRows),
            (SettingNames.MaxPositionEmbeddings, spec.MaxPositionEmbeddings, Largest),
            (SettingNames.IntermediateSize, spec.IntermediateSize, KernelChecks.MostWidth),
        };
        foreach (var (name, value, most) in sizes)
        {
            if (Size(name, value, 1, most) is { } problem)
            {
                yield return problem;
            }
        }

        if (Positive(SettingNames.RmsNormEps, spec.RmsNormEps) is { } eps)
        {
            yield return eps;
        }
    }

    internal static Problem? Size(string name, int value, int least = 1, int most = Largest) =>
        value >= least && value <= most
            ? null
            : new(ProblemCode.SizeOutOfRange, name, $"{name} is {value}; it must lie between {least} and {most}.");

    // Kernels have these numbers as float32, where a double may be nothing or infinite.
    internal static Problem? Positive(string name, double value) =>
        (float)value > 0 && !float.IsInfinity((float)value)
            ? null
            : new(ProblemCode.NumberOutOfRange, name, $"{name} is {Text.Of(value)}; it must be a finite number above 0 in float32.");

    internal static Problem? AtLeast(string name, double value, double least) =>
        value >= least && !float.IsInfinity((float)value)
            ? null
            : new(ProblemCode.NumberOutOfRange, name, $"{name} is {Text.Of(value)}; it must be a finite number not below {Text.Of(least)} in float32.");
}
