using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Down projection of the routed experts over their slots, y[slot] = h[slot] . D_e, as panels (prefill).</summary>
internal sealed class ExpertDown : IAlgorithm
{
    private ExpertDown(MatrixForm form, ActivationRows rows, TensorKernel kernel, Product down)
    {
        Form = form;
        Rows = rows;
        Kernel = kernel;
        Down = down;
    }

    public MatrixForm Form { get; }

    public ActivationRows Rows { get; }

    public TensorKernel Kernel { get; }

    public Product Down { get; }

    public static ExpertDown Define(string name, MatrixForm form, int hidden, MixtureOfExpertsSpec e, NumberFormat format, bool quantize)
    {
        var b = new KernelBuilder(name, "Grouped down projection: every chosen expert over its slots.");
        var slots = b.Scalar("slots");
        var active = b.Scalar("active");
        var h = b.Input("h", NumberFormat.F32, slots, e.MoeIntermediateSize);
        var expert = b.Input("expert", NumberFormat.I32, active);
        var offset = b.Input("offset", NumberFormat.I32, active);
        var weight = WeightTensor.Experts(b, "weight", format, e.NRoutedExperts, hidden, e.MoeIntermediateSize);
        var s = new Axis("s", slots, null, Limits.MaxChunk * e.NumExpertsPerTok);
        var rows = ActivationRows.Of(b, h, s, e.MoeIntermediateSize, null, quantize, form, weight, null, true);
        var a = new Axis("a", active, null, e.NRoutedExperts);
        var n = new Axis("n", hidden);
        var slot = new Axis("slot", offset[a.Index + 1] - offset[a], offset[a], Limits.MaxChunk);
        var input = rows.Gathered(b, form, a, slot, slots, slot);
        var y = b.Output("y", NumberFormat.F32, slots, hidden);
        var down = new Product(b, "Down", input, slot, slot, weight, expert[a], form, [a, n], [], n);
        down.Epilogue.Add(b.Map("Store", y[slot, n], down.Sum, a, n, slot));
        b.Flops = Count.Number(2L * hidden * e.MoeIntermediateSize) + " a slot";
        b.Bytes = Count.Number((long)hidden * e.MoeIntermediateSize * Count.Size(format)) + " of weights an active expert";
        return new(form, input, b.Build(), down);
    }
}
