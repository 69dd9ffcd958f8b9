using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>Weights that a token is multiplied with, MTP modules and their heads included.</summary>
internal static class MultipliedWeights
{
    /// <summary>Floating-point operations a token: two a weight forward, twice that backward. Attention over the context is not counted.</summary>
    public static double FlopsPerToken(TrainingLayout layout)
    {
        double weights = 0;
        foreach (var slot in layout.Manifest)
        {
            if (slot.IsVector || slot.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)) continue;
            double share = slot.Name.Contains(".experts.", StringComparison.Ordinal) ? layout.ExpertsPerToken / (double)layout.Experts : 1;
            weights += share * slot.Rows * slot.Columns;
        }

        // A tied head is the embedding's only other use.
        if (!layout.Manifest.Any(s => s.Name == "lm_head.weight")) weights += (double)layout.Info.VocabSize * layout.Info.HiddenSize;
        return 6 * weights;
    }
}
