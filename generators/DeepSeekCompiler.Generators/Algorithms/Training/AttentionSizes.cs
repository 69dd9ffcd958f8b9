using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>What attention in training needs to know: keys and values are expanded, head by head.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="Groups">Key/value heads.</param>
/// <param name="KeyDim">Numbers a score is taken over.</param>
/// <param name="ValueDim">Numbers of a value.</param>
/// <param name="Scale">Factor of the scores.</param>
public sealed record AttentionSizes(int Heads, int Groups, int KeyDim, int ValueDim, double Scale)
{
    /// <summary>Queries of a block; keys behind a block are not looked at.</summary>
    public const int Block = 48;

    /// <summary>Keys of a transposed page.</summary>
    public const int Page = 64;

    /// <summary>The longest row.</summary>
    public const int MaxLength = 4096;

    /// <summary>Numbers between two rows of scores in working memory: rows start in different cache sets.</summary>
    public const int ScoreRow = MaxLength + 16;

    public int HeadsPerGroup => Heads / Groups;

    public static AttentionSizes Of(ModelSpec spec) => spec.Attention switch
    {
        GroupedQueryAttentionSpec g => new(g.NumAttentionHeads, g.NumKeyValueHeads, g.HeadDim, g.HeadDim, AttentionShape.SoftmaxScale(g.QkHeadDim, spec.Rope)),
        var a => new(a.NumAttentionHeads, a.NumAttentionHeads, a.QkHeadDim, a.ValueDim, AttentionShape.SoftmaxScale(a.QkHeadDim, spec.Rope)),
    };
}
