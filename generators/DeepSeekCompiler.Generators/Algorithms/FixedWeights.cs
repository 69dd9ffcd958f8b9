using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>A weight as whole numbers (see <see cref="FixedPoint"/>).</summary>
/// <param name="Pair">Two neighbours' codes.</param>
/// <param name="Scale">What a code is multiplied with.</param>
internal sealed record FixedWeights(Expr Pair, Expr Scale)
{
    /// <summary>The stage that finds the largest number of a row in the block; null where the weight brings scales.</summary>
    public Reduce? Largest { get; init; }

    /// <summary>What comes of it: the factor of the weight's numbers, and the scale of their codes.</summary>
    public Map[] Scaling { get; init; } = [];
}
