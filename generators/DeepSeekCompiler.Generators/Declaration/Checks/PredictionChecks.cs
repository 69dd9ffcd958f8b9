using System.Collections.Generic;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

/// <summary>What a multi-token-prediction module needs.</summary>
internal static class PredictionChecks
{
    private const string Property = Settings.SettingNames.NumNextnPredictLayers;

    internal static IEnumerable<Problem> Check(ModelSpec spec)
    {
        var modules = spec.NumNextnPredictLayers;
        if (modules < 0)
        {
            yield return new(ProblemCode.SizeOutOfRange, Property, $"{Property} is {modules}; it must be 0 or 1.");
        }
        else if (modules > 1)
        {
            yield return new(
                ProblemCode.MultiTokenPrediction,
                Property,
                $"{Property} is {modules}; published checkpoints hold one module, and how a second one would be fed is not known, so it must be 0 or 1.");
        }
        else if (modules == 1 && spec.TieWordEmbeddings)
        {
            yield return new(
                ProblemCode.MultiTokenPrediction,
                Property,
                $"{Property} is 1, but TieWordEmbeddings leaves the model without an output head; the module shares that head (shared_head.head).");
        }
        else if (modules == 1 && spec.Experts is { MoeLayerFreq: > 0 } experts && spec.NumHiddenLayers % experts.MoeLayerFreq != 0)
        {
            yield return new(
                ProblemCode.MultiTokenPrediction,
                Property,
                $"{Property} is 1, but MoeLayerFreq {experts.MoeLayerFreq} gives layer {spec.NumHiddenLayers}, the module's, no experts; its block has experts.");
        }
    }
}
