using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>A phase of decode attention that is printed for its devices: inner loops are the target's; where queries, keys and values lie, how far a part
/// goes and where results belong is lowered from the algorithm's stages.</summary>
/// <param name="Work">How it runs.</param>
internal sealed record AttentionFunction(string Name, IReadOnlyList<Var> Scalars, IReadOnlyList<Buffer> Buffers, Expr Items, AttentionWork Work)
    : LoopFunction(Name, Scalars, Buffers, Items, new Block([]))
{
    public static readonly Var Token = new("t", ScalarKind.I32);
    public static readonly Var Group = new("group", ScalarKind.I32);
    public static readonly Var Head = new("head", ScalarKind.I32);
    public static readonly Var Part = new("part", ScalarKind.I32);
    public static readonly Var Page = new("page", ScalarKind.I32);
    public static readonly Var Row = new("row", ScalarKind.I32);
    public static readonly Var Number = new("number", ScalarKind.I32);
    public static readonly Var Column = new("column", ScalarKind.I32);

    private readonly Scope _scope = new();
    private ExpressionLowering _expressions = null!;

    public static AttentionFunction Of(string name, IReadOnlyList<Var> scalars, IReadOnlyDictionary<Tensor, Buffer> arguments, AttentionWork work)
    {
        var function = new AttentionFunction(name, scalars, [.. arguments.Values], Const.Zero, work) { _expressions = new(arguments) };
        return function with { Items = function.Lower(work.Items) };
    }

    private AttentionDecode Attention => Work.Attention;

    private DecodeStages Stages => Work.Attention.Parts;

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

    /// <summary>Tokens of the step.</summary>
    public Expr Tokens => Lower(Attention.Token.Extent);

    /// <summary>Where number <see cref="Number"/> of a query of <see cref="Head"/> stands that is absorbed.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Absorbed => Address(Attention.Absorb!.Factor(first: true));

    /// <summary>Where the weight of that number and <see cref="Column"/> of the latent stands.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) AbsorbWeight => Address(Attention.Absorb!.Factor(first: false));

    /// <summary>Its scale; null without one.</summary>
    public Expr? AbsorbScale => Attention.Absorb!.Scale is { } scale ? Lower(scale) : null;

    /// <summary>Where the absorbed query has <see cref="Column"/>.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) AbsorbTarget => Address(Attention.Absorb!.Target);

    /// <summary>Where number <see cref="Number"/> of the rope part comes from and goes to.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) RopeSource => Address((Read)Attention.CopyRope!.Value);

    public (Buffer Buffer, Expr? Table, Expr Index) RopeTarget => Address(Attention.CopyRope!.Target);

    /// <summary>Where the maximum of a part is, its total, and <see cref="Column"/> of its sums, for the join.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) PartMaximum => Address((Read)((Reduce)Attention.Join[0]).Value);

    public (Buffer Buffer, Expr? Table, Expr Index) PartTotal => Address(((Reduce)Attention.Join[2]).Factor(first: false));

    public (Buffer Buffer, Expr? Table, Expr Index) PartSum => Address(((Reduce)Attention.Join[3]).Factor(first: false));

    /// <summary>Where <see cref="Column"/> of a joined answer belongs, term after term.</summary>
    public IEnumerable<(Buffer Buffer, Expr? Table, Expr Index)> Joined => Attention.JoinedRest is { } rest ? [Address(Attention.Joined.Target), Address(rest.Target)] : [Address(Attention.Joined.Target)];

    private (Buffer Buffer, Expr? Table, Expr Index) Address(Read read) => _expressions.Address(Axes().In(read), _scope);

    private Expr Lower(Expr e) => Affine.Simplify(_expressions.Lower(Axes().In(e), _scope));

    private Substitution Axes()
    {
        var a = Attention;
        var s = new Substitution().With(a.Token, Token).With(a.Parts.Group, Group).With(a.Parts.Head, Head).With(a.Parts.Part, Part).With(a.Parts.Page, Page)
            .With(a.Parts.Score.Axes[5], Row).With(a.Parts.Values.Over[0], Row).With(a.Parts.Score.Over[0], Const.Zero).With(a.Parts.Values.Axes[5], Const.Zero);
        var column = a.Parts.Finish[2].Axes[a.Parts.Finish[2].Axes.Count - 1];
        s.With(column, Const.Zero).With(a.JoinHead, Head).With(a.Joined.Axes[2], Column).With(a.Join[3].Axes[2], Column);
        foreach (int i in new[] { 0, 2, 3 }) s.With(((Reduce)a.Join[i]).Over[0], Part);
        return a.Absorb is { } absorb ? s.With(absorb.Axes[0], Head).With(absorb.Axes[2], Column).With(absorb.Over[0], Number).With(a.CopyRope!.Axes[2], Number) : s;
    }
}
