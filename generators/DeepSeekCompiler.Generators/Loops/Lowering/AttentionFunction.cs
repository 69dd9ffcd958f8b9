using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>The parts of decode attention for matrix instructions. Its inner loops are the target's; where queries, keys and values lie, how far a part
/// goes and where its results belong is lowered from the algorithm's stages.</summary>
/// <param name="Tile">How it runs.</param>
internal sealed record AttentionFunction(string Name, IReadOnlyList<Var> Scalars, IReadOnlyList<Buffer> Buffers, Expr Items, AttentionTile Tile)
    : LoopFunction(Name, Scalars, Buffers, Items, new Block([]))
{
    public static readonly Var Token = new("t", ScalarKind.I32);
    public static readonly Var Group = new("group", ScalarKind.I32);
    public static readonly Var Head = new("head", ScalarKind.I32);
    public static readonly Var Part = new("part", ScalarKind.I32);
    public static readonly Var Page = new("page", ScalarKind.I32);
    public static readonly Var Row = new("row", ScalarKind.I32);

    private readonly Scope _scope = new();
    private ExpressionLowering _expressions = null!;

    public static AttentionFunction Of(string name, IReadOnlyList<Var> scalars, IReadOnlyDictionary<Tensor, Buffer> arguments, AttentionTile tile)
    {
        var function = new AttentionFunction(name, scalars, [.. arguments.Values], Const.Zero, tile) { _expressions = new(arguments) };
        var a = tile.Attention;
        return function with { Items = Affine.Simplify(function.Lower(a.Token.Extent) * (tile.Attention.Shape.Groups * tile.Tiles) * function.Lower(a.Parts.Part.Extent)) };
    }

    private AttentionDecode Attention => Tile.Attention;

    private DecodeStages Stages => Tile.Attention.Parts;

    /// <summary>Parts of a context.</summary>
    public Expr Parts => Lower(Stages.Part.Extent);

    /// <summary>A part's first page, and how many there are.</summary>
    public Expr FirstPage => Lower(Stages.Page.Begin);

    public Expr Pages => Lower(Stages.Page.Extent);

    /// <summary>Rows of <see cref="Page"/> that the token may see.</summary>
    public Expr PageRows => Lower(Stages.Score.Axes[5].Extent);

    /// <summary>Where the query of <see cref="Head"/> starts.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Query => Address(Stages.Score.Factor(first: true));

    /// <summary>Where a key starts.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Key => Address(Stages.Score.Factor(first: false));

    /// <summary>Where a value starts.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Value => Address(Stages.Values.Factor(first: false));

    /// <summary>Where a part's maximum, total and sums belong.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Result(int i) => Address(Stages.Finish[i].Target);

    private (Buffer Buffer, Expr? Table, Expr Index) Address(Read read) => _expressions.Address(Axes().In(read), _scope);

    private Expr Lower(Expr e) => Affine.Simplify(_expressions.Lower(Axes().In(e), _scope));

    private Substitution Axes()
    {
        var a = Attention;
        var s = new Substitution().With(a.Token, Token).With(a.Parts.Group, Group).With(a.Parts.Head, Head).With(a.Parts.Part, Part).With(a.Parts.Page, Page)
            .With(a.Parts.Score.Axes[5], Row).With(a.Parts.Values.Over[0], Row).With(a.Parts.Score.Over[0], Const.Zero).With(a.Parts.Values.Axes[5], Const.Zero);
        var column = a.Parts.Finish[2].Axes[a.Parts.Finish[2].Axes.Count - 1];
        return s.With(column, Const.Zero);
    }
}
