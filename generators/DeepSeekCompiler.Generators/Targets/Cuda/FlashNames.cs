using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Names in the text of prefill attention: what a warp's instructions work on one by one is a structure to those of a warpgroup.</summary>
internal static class FlashNames
{
    /// <summary>Scores with keys 8n to 8n + 7 of the step.</summary>
    public static string Score(FlashTile tile, int n) => tile.Warpgroups ? "scores.C" + N(n) : "score" + N(n);

    /// <summary>Sums of values 8j to 8j + 7.</summary>
    public static string Mix(FlashTile tile, int j) => tile.Warpgroups ? "mix.C" + N(j) : "mix" + N(j);

    /// <summary>Softmax weights of keys 16k to 16k + 15, as they are defined.</summary>
    public static string Weights(FlashTile tile, int k) => tile.Warpgroups ? "weights.C" + N(k) : "Words4 p" + N(k);
}
