using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>What attention does in both directions: blocks of queries, keys up to the end of the block, scores from transposed keys.</summary>
internal sealed class AttentionParts
{
    private readonly KernelBuilder _b;
    private readonly Expr _length;
    private readonly Axis _row;
    private readonly Expr _group;

    public AttentionParts(KernelBuilder b, Expr length, Axis row, Expr group)
    {
        (_b, _length, _row, _group) = (b, length, row, group);
        Block = b.Fold(new Axis("block", (length + (AttentionSizes.Block - 1)) / AttentionSizes.Block));
        Query = new Axis("i", Expr.Min(AttentionSizes.Block, length - Block.Index * AttentionSizes.Block), null, AttentionSizes.Block);
        Limit = Expr.Min(length, Block.Index * AttentionSizes.Block + AttentionSizes.Block);
    }

    public Axis Block { get; }

    /// <summary>A query within its block.</summary>
    public Axis Query { get; }

    /// <summary>Keys that the block can see.</summary>
    public Expr Limit { get; }

    /// <summary>The query's token in the batch.</summary>
    public Expr Token => _row.Index * _length + Block.Index * AttentionSizes.Block + Query;

    /// <summary>The token in the batch of a key.</summary>
    public Expr Row(Expr key) => _row.Index * _length + key;

    /// <summary>An axis over the keys that the block can see.</summary>
    public Axis Key(string name) => new(name, Limit, null, AttentionSizes.MaxLength);

    public Expr Visible(Axis key) => new Binary(BinaryOp.LessEqual, key, Block.Index * AttentionSizes.Block + Query);

    /// <summary>Rows transposed page by page: [page, column, row of the page]. Behind the last row the last one is repeated; nobody looks there.</summary>
    public Map Transpose(string name, Tensor source, int columns, Axis[] items)
    {
        var page = new Axis("p", (_length + (AttentionSizes.Page - 1)) / AttentionSizes.Page);
        var key = new Axis("r", AttentionSizes.Page);
        var column = new Axis("e", columns);
        var across = _b.Temp("across" + name, AttentionSizes.MaxLength / AttentionSizes.Page, columns, AttentionSizes.Page);
        Expr at = Expr.Min(page.Index * AttentionSizes.Page + key, _length - 1);
        return _b.Map("Transpose" + name, across[page, column, key], source[Row(at), _group, column], [.. items, page, key, column]);
    }

    /// <summary>target[i, key] = sum_d left(d) across[key, d] over whole pages of keys.</summary>
    public Reduce Scores(string name, Tensor target, Expr left, Tensor across, Axis d, Axis[] items)
    {
        var page = new Axis("page", (Limit + (AttentionSizes.Page - 1)) / AttentionSizes.Page);
        var key = new Axis("c", AttentionSizes.Page);
        return _b.Sum(name, target[Query, page.Index * AttentionSizes.Page + key], left * across[page, d, key], [.. items, Block, Query, page, key], [d]);
    }
}
