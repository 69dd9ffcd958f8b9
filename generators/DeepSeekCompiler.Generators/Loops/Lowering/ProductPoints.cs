using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>The points of a product and its partners, numbered: point p of a token is one weight row, pairs that go together being neighbours.</summary>
internal sealed class ProductPoints
{
    private readonly ExpressionLowering _expressions;
    private readonly Scope _scope = new();
    private readonly List<Axis> _flat = new();

    public ProductPoints(Product first, ProductTile tile, IReadOnlyDictionary<Tensor, Buffer> arguments)
    {
        _expressions = new(arguments);
        First = first;
        var chain = new List<Product>();
        for (var product = first; product is not null; product = product.Partner) chain.Add(product);
        Chain = chain;
        int count = 1;
        foreach (var axis in first.TileAxes)
        {
            if (!axis.IsStatic)
            {
                Choice = axis;
                continue;
            }

            _flat.Add(axis);
            count *= axis.Max;
        }

        foreach (var axis in first.Unrolled)
        {
            _flat.Add(axis);
            count *= axis.Max;
        }

        Count = count;
        Point = new Var("p", ScalarKind.I32, count);
        Tiles = (count + Rows(tile) - 1) / Rows(tile);
        Begin = Lower(first.Token.Begin);
        End = Lower(first.Token.Begin + first.Token.Extent);
        // Experts loop over the tiles of their own tokens; so do a few tokens, which are one tile nearly always.
        bool all = Choice is not null || tile.Form.IsStreaming();
        Expr tokens = all ? Const.One : (Lower(first.Token.Extent) + (tile.LeastTokens - 1)) / tile.LeastTokens;
        Items = Affine.Simplify((Choice is null ? tokens : Lower(Choice.Extent)) * Tiles);
    }

    public Product First { get; }

    public IReadOnlyList<Product> Chain { get; }

    /// <summary>The axis over active experts, or null.</summary>
    public Axis? Choice { get; }

    /// <summary>Whether neighbouring points go together (the two of a rope pair).</summary>
    public bool Pairs => First.Unrolled.Length > 0;

    /// <summary>Points of a token.</summary>
    public int Count { get; }

    /// <summary>Tiles of points.</summary>
    public int Tiles { get; }

    /// <summary>Work items, at most.</summary>
    public Expr Items { get; }

    /// <summary>First and past-the-last token, in terms of the choice.</summary>
    public Expr Begin { get; }

    public Expr End { get; }

    public static readonly Var Token = new("t", ScalarKind.I32);

    public static readonly Var ChoiceIndex = new("a", ScalarKind.I32);

    /// <summary>Number of a block of 128 reduced columns.</summary>
    public static readonly Var ColumnBlock = new("block", ScalarKind.I32);

    public Var Point { get; }

    /// <summary>Points of a tile of one product.</summary>
    public int Rows(ProductTile tile) => tile.Form.IsStreaming() ? tile.Rows : tile.Rows / Chain.Count;

    /// <summary>The weight's row of <see cref="Point"/>.</summary>
    public Expr WeightRow => Lower(First.Row);

    /// <summary>Which expert's weight, or null.</summary>
    public Expr? Expert => First.Expert is { } e ? Lower(e) : null;

    /// <summary>The activation row of <see cref="Token"/>, and of <see cref="Point"/> where every head multiplies a row of its own.</summary>
    public Expr ActivationRow => Lower(First.At);

    /// <summary>The weight's scale at <see cref="Point"/> and <see cref="ColumnBlock"/>; null without one.</summary>
    public Expr? WeightScale(Product product) => product.Weight.BlockScale(product.Expert, product.Row, ColumnBlock * FormatSpec.Block) is { } e ? Lower(e) : null;

    /// <summary>Whether that scale is the same for all points of a tile.</summary>
    public bool OneScale(ProductTile tile) => _flat.Count == 1 && WeightRow.Equals(Point) && FormatSpec.Block % Rows(tile) == 0;

    /// <summary>The activation's scale at <see cref="Token"/> and <see cref="ColumnBlock"/>; null without one.</summary>
    public Expr? ActivationScale => First.Rows.Scales is { } s ? Lower(s[First.At, ColumnBlock]) : null;

    /// <summary>Names of a point's sums, product by product, the pair's two side by side.</summary>
    public IReadOnlyList<Var> Sums()
    {
        var sums = new List<Var>();
        foreach (var product in Chain)
        {
            for (int i = 0; i < (Pairs ? 2 : 1); i++) sums.Add(SumOf(product, i));
        }

        return sums;
    }

    /// <summary>What becomes of the sums of <see cref="Point"/> (or of the pair that starts there), passed as every function is.</summary>
    public LoopFunction Epilogue(IReadOnlyList<Var> scalars)
    {
        var body = new List<Stmt>();
        var substitution = Axes().With(read =>
        {
            foreach (var product in Chain)
            {
                if (read.Tensor == product.Sums) return SumOf(product, Pairs ? (int)((Const)read.Index[read.Index.Length - 1]).Value : 0);
            }

            return null;
        });
        foreach (var product in Chain)
        {
            foreach (var map in product.Epilogue)
            {
                var (buffer, table, index) = _expressions.Address(substitution.In(map.Target), _scope);
                body.Add(new Store(buffer, index, _expressions.Lower(substitution.In(map.Value), _scope), table));
            }
        }

        var block = new Block(body);
        var buffers = new List<Buffer>();
        BufferUse.Collect(block, buffers);
        var function = new LoopFunction("Put" + First.Name, scalars, buffers, Const.One, block);
        return Passes.Pipeline.Run(function with { Scalars = BufferUse.Scalars(function, scalars) });
    }

    private Var SumOf(Product product, int i) =>
        new(char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1) + "Sum" + (Pairs ? (i == 0 ? "0" : "1") : ""), ScalarKind.F32);

    private Expr Lower(Expr e) => Affine.Simplify(_expressions.Lower(Axes().In(e), _scope));

    private Substitution Axes()
    {
        var s = new Substitution().With(First.Token, Token);
        if (Choice is not null) s.With(Choice, ChoiceIndex);
        Expr rest = Point;
        for (int i = _flat.Count - 1; i >= 0; i--)
        {
            var axis = _flat[i];
            s.With(axis, Affine.Simplify(i == 0 ? rest : rest % axis.Max));
            rest = rest / axis.Max;
        }

        return s;
    }
}
