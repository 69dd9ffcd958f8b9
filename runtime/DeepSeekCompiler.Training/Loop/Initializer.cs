using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>The first weights: norms 1, matrices normally distributed. Every number follows from the seed, the tensor's name and its place.</summary>
public static unsafe class Initializer
{
    /// <param name="pass">Its parameters are written; correction biases become 0.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="deviation">Standard deviation of matrices.</param>
    public static void Fill(TrainingPass pass, ulong seed, double deviation)
    {
        ArgumentNullException.ThrowIfNull(pass);
        foreach (var parameter in pass.Parameters)
        {
            ulong key = RecipeValues.Hash(parameter.Name);
            for (long i = 0; i < parameter.Count; i++) parameter.Values[i] = parameter.IsVector ? 1 : (float)(deviation * Normal(seed, key, i));
        }

        foreach (var layer in pass.ExpertLayers)
        {
            if (layer.Bias != null) new Span<float>(layer.Bias, layer.Load.Length).Clear();
        }
    }

    // Box and Muller 1958, one of the two: a number of its own for every place.
    private static double Normal(ulong seed, ulong key, long index)
    {
        ulong first = SplitMix.Mix(seed ^ key, 2 * (ulong)index), second = SplitMix.Mix(seed ^ key, (2 * (ulong)index) + 1);
        double radius = Math.Sqrt(-2 * Math.Log(((first >> 11) + 1) * (1.0 / (1UL << 53))));
        return radius * Math.Cos(2 * Math.PI * ((second >> 11) * (1.0 / (1UL << 53))));
    }
}
