using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>A projection of the routed experts over their slots, y[slot] = x[row of the slot] . W_e, slots grouped by expert (a grouped GEMM), as panels (prefill, training).</summary>
internal sealed class ExpertLinear
{
    private ExpertLinear(MatrixForm form, ActivationRows rows, TensorKernel kernel, Product product)
    {
        Form = form;
        Rows = rows;
        Kernel = kernel;
        Product = product;
    }

    public MatrixForm Form { get; }

    public ActivationRows Rows { get; }

    public TensorKernel Kernel { get; }

    public Product Product { get; }

    /// <inheritdoc cref="ExpertGateUp.Slots"/>
    public Expr Slots { get; private init; } = Const.Zero;

    /// <summary>In training, the factors as they are rounded in front of everything else.</summary>
    public Operand[] Operands { get; private init; } = [];

    /// <summary>The down projection: its rows lie by slot.</summary>
    public static ExpertLinear Down(string name, MatrixForm form, int hidden, MixtureOfExpertsSpec e, NumberFormat format, bool quantize, TrainingPrecision precision = TrainingPrecision.Float32) =>
        Define(name, "Grouped down projection: every chosen expert over its slots.", form, e, hidden, e.MoeIntermediateSize, format, quantize, false, precision);

    /// <summary>The gate or up projection alone: its rows lie by token.</summary>
    public static ExpertLinear Up(string name, MatrixForm form, int hidden, MixtureOfExpertsSpec e, NumberFormat format, bool quantize, TrainingPrecision precision = TrainingPrecision.Float32) =>
        Define(name, "Grouped gate or up projection: every chosen expert over the tokens dispatched to it.", form, e, e.MoeIntermediateSize, hidden, format, quantize, true, precision);

    private static ExpertLinear Define(string name, string summary, MatrixForm form, MixtureOfExpertsSpec e, int rows, int columns, NumberFormat format, bool quantize, bool byToken, TrainingPrecision precision)
    {
        var b = new KernelBuilder(name, summary);
        var count = b.Scalar(byToken ? "tokens" : "slots");
        var active = b.Scalar("active");
        var x = b.Input(byToken ? "x" : "h", NumberFormat.F32, count, columns);
        var expert = b.Input("expert", NumberFormat.I32, active);
        var offset = b.Input("offset", NumberFormat.I32, active);
        var slotToken = byToken ? b.Input("slotToken", NumberFormat.I32, 1) : null;
        Expr Row(Axis slot) => slotToken is null ? slot : slotToken[slot];
        var weight = WeightTensor.Experts(b, "weight", format, e.NRoutedExperts, rows, columns);
        var matrix = weight;
        Expr slots = byToken ? count * e.NumExpertsPerTok : count;
        // A streaming step has few tokens; what their slots hold, as its products read them, lies on a worker's stack.
        var s = new Axis("s", slots, null, (form == MatrixForm.Streaming ? Limits.MaxStreaming : form.Chunk()) * e.NumExpertsPerTok);
        var a = new Axis("a", active, null, e.NRoutedExperts);
        Operand left = Operand.Rows(b, precision, x, count, columns), right = Operand.Experts(b, precision, weight.Codes, a, expert[a], rows, columns);
        if (precision != TrainingPrecision.Float32) weight = WeightTensor.Of(right.Values);
        // Rows by token are picked by every expert that they go to; or a row a slot, the rows of an expert side by side.
        var source = byToken && form.IsWarpgroup() ? ActivationRows.Of(b, left.Values, s, columns, null, quantize, form, weight, Row)
            : ActivationRows.Of(b, left.Values, byToken ? Linear.TokenAxis(count, form) : s, columns, null, quantize, form, weight, null, true);
        var n = new Axis("n", rows);
        var slot = new Axis("slot", offset[a.Index + 1] - offset[a], offset[a], form.Chunk());
        var input = source.Gathered(b, form, a, slot, slots, Row(slot));
        var y = b.Output("y", NumberFormat.F32, slots, rows);
        var product = new Product(b, byToken ? "Up" : "Down", input, slot, form.IsPacked() || form.IsWarpgroup() ? slot : Row(slot), weight,
            precision == TrainingPrecision.Float32 ? expert[a] : a, form, [a, n], [], n, Operand.Scale(left, Row(slot), input.Column, right, n, input.Column));
        product.Epilogue.Add(b.Map("Store", y[slot, n], product.Sum, a, n, slot));
        var all = byToken ? e.NumExpertsPerTok * Amount.Tokens : Amount.Slots;
        b.Cost.Product(matrix, all, Amount.Active);
        b.Cost.Move(4L * columns * (byToken ? Amount.Tokens : all) + 4L * rows * all);
        return new(form, input, b.Build(), product) { Operands = [left, right], Slots = slots };
    }
}
