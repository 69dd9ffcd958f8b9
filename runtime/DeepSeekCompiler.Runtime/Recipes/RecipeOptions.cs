namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>What a recipe may vary beside configuration, seed and format.</summary>
public sealed record RecipeOptions
{
    /// <summary>Files to spread the tensors over, about evenly; at least 1.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Middle of the correction bias; a clearly negative one makes choice scores negative.</summary>
    public double BiasOffset { get; init; }

    /// <summary>Gain of the down projection of routed experts; a model with a large routed_scaling_factor wants it smaller.</summary>
    public double ExpertDownGain { get; init; } = 1.2;
}
