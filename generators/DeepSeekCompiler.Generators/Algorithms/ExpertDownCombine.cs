using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Down projection and combine in one for a few tokens: x[t, n] += sum_j weight[t, j] * (h[slot[t, j]] . D_e[n]), with no y in between.</summary>
internal sealed class ExpertDownCombine : IAlgorithm
{
    private ExpertDownCombine(TensorKernel kernel, ActivationRows rows)
    {
        Kernel = kernel;
        Rows = rows;
    }

    public TensorKernel Kernel { get; }

    public ActivationRows Rows { get; }

    public WeightTensor Weight { get; private set; } = null!;

    public NumberFormat Format => Weight.Format;

    /// <summary>The expert of a token's choice.</summary>
    public Expr Expert => Chosen[Token, Choice];

    private Tensor Chosen { get; init; } = null!;

    public Axis Row { get; private set; } = null!;

    public Axis Token { get; private set; } = null!;

    public Axis Choice { get; private set; } = null!;

    public Reduce Dot { get; private set; } = null!;

    public Reduce Mix { get; private set; } = null!;

    public Map Store { get; private set; } = null!;

    /// <summary>Where a worker is some visits later that has <paramref name="panel"/> rows of every choice in turns: the expert, and what corresponds to a row.</summary>
    public (Expr Expert, Expr Row) Later(int visits, int panel)
    {
        var visit = Choice.Index + visits;
        return (Chosen[Token, visit % Choice.Max], Row.Index + visit / Choice.Max * panel);
    }

    public static ExpertDownCombine Define(string name, int hidden, MatrixForm form, MixtureOfExpertsSpec e, NumberFormat format, bool quantize)
    {
        var b = new KernelBuilder(name, "Down projection of a token's experts, weighted and added to the residual stream, in one pass over the weights.");
        var tokens = b.Scalar("tokens");
        var slots = b.Scalar("slots");
        int k = e.NumExpertsPerTok;
        var h = b.Input("h", NumberFormat.F32, slots, e.MoeIntermediateSize);
        var chosen = b.Input("chosen", NumberFormat.I32, tokens, k);
        var slot = b.Input("slot", NumberFormat.I32, tokens, k);
        var gateWeight = b.Input("routing", NumberFormat.F32, tokens, k);
        var weight = WeightTensor.Experts(b, "weight", format, e.NRoutedExperts, hidden, e.MoeIntermediateSize);
        var s = new Axis("s", slots, null, Linear.TokenAxis(tokens, form).Max * k);
        var rows = ActivationRows.Of(b, h, s, e.MoeIntermediateSize, null, quantize, form, weight);
        var n = new Axis("n", hidden);
        var t = Linear.TokenAxis(tokens, form);
        var j = new Axis("j", k);
        var c = rows.Column;
        var answer = b.Temp("answer", n, t, j);
        var sum = b.Temp("sum_", n, t);
        var x = b.InOut("x", NumberFormat.F32, tokens, hidden);
        var dot = b.Sum("Dot", answer[n, t, j], rows.Rows[slot[t, j], c] * weight.Code(chosen[t, j], n, c), [n, t, j], [c], weight.Scale(chosen[t, j], n, c));
        var mix = b.Sum("Mix", sum[n, t], gateWeight[t, j] * answer[n, t, j], [n, t], [j]);
        var store = b.Map("Store", x[t, n], x[t, n] + sum[n, t], n, t);
        b.Cost.Product(weight, Amount.Slots, Amount.Of(Size.ChosenExperts));
        b.Cost.Work(2L * hidden * Amount.Slots);
        b.Cost.Move(4L * e.MoeIntermediateSize * Amount.Slots + 8L * hidden * Amount.Tokens);
        return new(b.Build(), rows) { Weight = weight, Chosen = chosen, Row = n, Token = t, Choice = j, Dot = dot, Mix = mix, Store = store };
    }
}
