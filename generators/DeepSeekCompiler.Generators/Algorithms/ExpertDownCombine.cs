using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Down projection and combine in one for a few tokens: x[t, n] += sum_j weight[t, j] * (h[slot[t, j]] . D_e[n]), with no y in between.</summary>
internal sealed class ExpertDownCombine
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

    public Reduce? Dot { get; private set; }

    /// <summary>The projection on matrix instructions, whose answers lie by slot; null where <see cref="Dot"/> and <see cref="Mix"/> share work items.</summary>
    public Product? Product { get; private set; }

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
        b.Cost.Product(weight, Amount.Slots, Amount.Of(Size.ChosenExperts));
        b.Cost.Work(2L * hidden * Amount.Slots);
        b.Cost.Move(4L * e.MoeIntermediateSize * Amount.Slots + 8L * hidden * Amount.Tokens);
        var x = b.InOut("x", NumberFormat.F32, tokens, hidden);
        if (form.IsTensor())
        {
            // A choice is an item, which has one slot; the answers are summed when all are there.
            Axis a = new("a", slots, null, s.Max), one = new("one", Const.One, slot[a.Index / k, a.Index % k]), own = new("n", hidden);
            var product = new Product(b, "Down", rows, one, one, weight, chosen[a.Index / k, a.Index % k], form, [a, own], [], own);
            var y = b.Temp("y", slots, hidden);
            product.Epilogue.Add(b.Map("StoreAnswer", y[one, own], product.Sum, a, own, one));
            var (sumOfSlots, added) = Add(y[slot[t, j], n]);
            return new(b.Build(), rows) { Weight = weight, Chosen = chosen, Row = n, Token = t, Choice = j, Product = product, Mix = sumOfSlots, Store = added };
        }

        var answer = b.Temp("answer", n, t, j);
        var dot = b.Sum("Dot", answer[n, t, j], rows.Rows[slot[t, j], c] * weight.Code(chosen[t, j], n, c), [n, t, j], [c], weight.Scale(chosen[t, j], n, c));
        var (mix, store) = Add(answer[n, t, j]);
        return new(b.Build(), rows) { Weight = weight, Chosen = chosen, Row = n, Token = t, Choice = j, Dot = dot, Mix = mix, Store = store };

        (Reduce Mix, Map Store) Add(Expr answerOf)
        {
            var sum = b.Temp("sum_", n, t);
            return (b.Sum("Mix", sum[n, t], gateWeight[t, j] * answerOf, [n, t], [j]), b.Map("Store", x[t, n], x[t, n] + sum[n, t], n, t));
        }
    }
}
