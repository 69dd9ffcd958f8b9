namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>What a recipe may vary beside configuration, seed and format.</summary>
public sealed record RecipeOptions
{
    /// <summary>Files to spread the tensors over, about evenly; at least 1.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Tensors begin at cache lines (see <see cref="Checkpoints.SafetensorsOutput.Create"/>); without it, the files are those of the golden data bit for bit.</summary>
    public bool Aligned { get; init; }

    /// <summary>Middle of the correction bias; a clearly negative one makes choice scores negative.</summary>
    public double BiasOffset { get; init; }

    /// <summary>Gain of the down projection of routed experts; a model with a large routed_scaling_factor wants it smaller.</summary>
    public double ExpertDownGain { get; init; } = 1.2;
}
