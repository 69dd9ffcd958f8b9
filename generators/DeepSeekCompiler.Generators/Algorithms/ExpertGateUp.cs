using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Gate and up projection of the routed experts over their own tokens: h[slot] = silu(x . G_e) * (x . U_e), slots grouped by expert (a grouped GEMM).
/// An expert without tokens costs nothing; its weights are not read.</summary>
internal sealed class ExpertGateUp
{
    private ExpertGateUp(MatrixForm form, ActivationRows rows, TensorKernel kernel, Product gate)
    {
        Form = form;
        Rows = rows;
        Kernel = kernel;
        Gate = gate;
    }

    public MatrixForm Form { get; }

    public ActivationRows Rows { get; }

    public TensorKernel Kernel { get; }

    public Product Gate { get; }

    /// <summary>Pairs of a token and an expert that it goes to.</summary>
    public Expr Slots { get; private init; } = Const.Zero;

    public static ExpertGateUp Define(string name, MatrixForm form, int hidden, MixtureOfExpertsSpec e, NumberFormat format, bool quantize)
    {
        var b = new KernelBuilder(name, "Grouped gate and up projection: every chosen expert over the tokens dispatched to it, h = silu(gate) * up.");
        var tokens = b.Scalar("tokens");
        var active = b.Scalar("active");
        var x = b.Input("x", NumberFormat.F32, tokens, hidden);
        var expert = b.Input("expert", NumberFormat.I32, active);
        var offset = b.Input("offset", NumberFormat.I32, active);
        var slotToken = b.Input("slotToken", NumberFormat.I32, tokens);
        var gate = WeightTensor.Experts(b, "gate", format, e.NRoutedExperts, e.MoeIntermediateSize, hidden);
        var up = WeightTensor.Experts(b, "up", format, e.NRoutedExperts, e.MoeIntermediateSize, hidden);
        // A row a token, picked by every expert that it goes to; or a row a slot, the rows of an expert side by side.
        var s = new Axis("s", tokens * e.NumExpertsPerTok, null, form.Chunk() * e.NumExpertsPerTok);
        var rows = form.IsWarpgroup() ? ActivationRows.Of(b, x, s, hidden, null, quantize, form, gate, row => slotToken[row])
            : ActivationRows.Of(b, x, Linear.TokenAxis(tokens, form), hidden, null, quantize, form, gate, null, true);
        var a = new Axis("a", active, null, e.NRoutedExperts);
        var n = new Axis("n", e.MoeIntermediateSize);
        var slot = new Axis("slot", offset[a.Index + 1] - offset[a], offset[a], form.Chunk());
        var input = rows.Gathered(b, form, a, slot, tokens * e.NumExpertsPerTok, slotToken[slot]);
        var h = b.Output("h", NumberFormat.F32, 1, e.MoeIntermediateSize);
        Expr at = form.IsPacked() || form.IsWarpgroup() ? slot : slotToken[slot];
        var g = new Product(b, "Gate", input, slot, at, gate, expert[a], form, [a, n], [], n);
        var u = new Product(b, "Up", input, slot, at, up, expert[a], form, [a, n], [], n);
        g.Partner = u;
        u.Epilogue.Add(b.Map("Activate", h[slot, n], GateUp.Silu(g.Sum) * u.Sum, a, n, slot));
        var slots = e.NumExpertsPerTok * Amount.Tokens;
        b.Cost.Product(gate, slots, Amount.Active);
        b.Cost.Product(up, slots, Amount.Active);
        b.Cost.Move(4L * hidden * Amount.Tokens + 4L * e.MoeIntermediateSize * slots);
        return new(form, input, b.Build(), g) { Slots = tokens * e.NumExpertsPerTok };
    }
}
