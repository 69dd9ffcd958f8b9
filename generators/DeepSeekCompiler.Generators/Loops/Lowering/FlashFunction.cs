using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Prefill attention for matrix instructions. Its inner loops are the target's; where queries, keys and values lie, which pages a block of queries goes
/// through and where its results belong is lowered from the algorithm's stages.</summary>
/// <param name="Phase">What runs, and how.</param>
internal sealed record FlashFunction(string Name, IReadOnlyList<Var> Scalars, IReadOnlyList<Buffer> Buffers, Expr Items, FlashPhase Phase)
    : LoopFunction(Name, Scalars, Buffers, Items, new Block([]))
{
    public static readonly Var Head = new("head", ScalarKind.I32);
    public static readonly Var QueryBlock = new("block", ScalarKind.I32);
    public static readonly Var Query = new("query", ScalarKind.I32);
    public static readonly Var Page = new("page", ScalarKind.I32);
    public static readonly Var Row = new("row", ScalarKind.I32);

    private readonly Scope _scope = new();
    private ExpressionLowering _expressions = null!;

    public static FlashFunction Of(string name, IReadOnlyList<Var> scalars, IReadOnlyDictionary<Tensor, Buffer> arguments, FlashPhase phase)
    {
        var function = new FlashFunction(name, scalars, [.. arguments.Values], Const.Zero, phase) { _expressions = new(arguments) };
        return function with { Items = Affine.Simplify(function.Blocks * phase.Attention.Head.Max) };
    }

    private FlashSegments Attention => Phase.Attention;

    private OnlineSoftmax Online => Attention.Online;

    /// <summary>Blocks of queries.</summary>
    public Expr Blocks => Lower(Attention.Block.Extent);

    /// <summary>The first page of a block of queries in the segment.</summary>
    public Expr FirstPage => Lower(Attention.Page.Begin);

    /// <summary>Pages from there on that the block's queries see.</summary>
    public Expr PagesLeft => Lower(Attention.PagesLeft);

    /// <summary>Those of them that are in the segment; none where that is not positive.</summary>
    public Expr Pages(Expr left) => Expr.Min(Limits.SegmentTokens / Limits.PageTokens, left);

    /// <summary>Rows of <see cref="Page"/>.</summary>
    public Expr PageRows => Lower(Online.Score.Axes[4].Extent);

    /// <summary>Whether queries keep what they have from one launch to the next.</summary>
    public bool Resumes => Attention.Kernel.Repeat is not null;

    /// <summary>Where <see cref="Query"/> starts.</summary>
    public Expr QueryAt => Address(Online.Score.Factor(first: true)).Index;

    /// <summary>Its buffer.</summary>
    public Buffer Queries => Address(Online.Score.Factor(first: true)).Buffer;

    /// <summary>Where the parts of a key start, and their numbers, in the order of the query's.</summary>
    public IReadOnlyList<(Buffer Buffer, Expr? Table, Expr Index, int Numbers)> Keys
    {
        get
        {
            var parts = new List<(Buffer, Expr?, Expr, int)>();
            foreach (var score in Online.ScoreRest is { } rest ? [Online.Score, rest] : new[] { Online.Score })
            {
                var (buffer, table, index) = Address(score.Factor(first: false));
                parts.Add((buffer, table, index, score.Over[0].Max));
            }

            return parts;
        }
    }

    /// <summary>Rows of what a segment's keys are expanded to.</summary>
    public Expr KeyRows => Lower(Online.Score.Factor(first: false).Tensor.Dims[0].Size);

    /// <summary>Rows of the cache that are known.</summary>
    public Expr ContextRows => Lower(Attention.Context);

    /// <summary>Where a value starts.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Value => Address(Online.Mix.Factor(first: false));

    /// <summary>Where the maximum, the total and the answer of <see cref="Query"/> belong.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Maximum => Address(Online.KeepMaximum.Target);

    public (Buffer Buffer, Expr? Table, Expr Index) Total => Address(Online.Softmax[Online.Softmax.Count - 1].Target);

    public (Buffer Buffer, Expr? Table, Expr Index) Answer => Address(Online.Mix.Target);

    // A query stands for itself, whatever block it is in.
    private (Buffer Buffer, Expr? Table, Expr Index) Address(Read read) => _expressions.Address(Axes(Const.Zero).In(read), _scope);

    private Expr Lower(Expr e) => Affine.Simplify(_expressions.Lower(Axes(QueryBlock).In(e), _scope));

    private Substitution Axes(Expr block)
    {
        var s = new Substitution().With(Attention.Head, Head).With(Attention.Block, block).With(Attention.Query, Query).With(Attention.Page, Page)
            .With(Online.Score.Axes[4], Row).With(Online.Score.Over[0], Const.Zero).With(Online.Mix.Over[0], Row).With(Online.Mix.Axes[4], Const.Zero);
        return Online.ScoreRest is { } rest ? s.With(rest.Axes[4], Row).With(rest.Over[0], Const.Zero) : s;
    }
}
