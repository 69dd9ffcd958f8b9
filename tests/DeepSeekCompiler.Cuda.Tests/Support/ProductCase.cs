using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;

namespace DeepSeekCompiler.Cuda.Tests.Support;

// Declarations have a policy of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>Products of a small model on the simulated machine, against plain ones.</summary>
/// <param name="Variant">The kind of device.</param>
/// <param name="Hidden">Hidden size.</param>
/// <param name="Inner">Inner width.</param>
/// <param name="Format">Of the matrices.</param>
/// <param name="Tokens">How many.</param>
internal sealed record ProductCase(DeviceVariants Variant, int Hidden, int Inner, NumberFormat Format, int Tokens)
{
    /// <summary>Whether E4M3 weights meet quantised activations.</summary>
    public Fp8Policy Policy { get; init; } = Fp8Policy.Full;

    /// <summary>Activations as two bfloat16 terms with many tokens.</summary>
    public bool Split { get; init; }

    public MatrixTile? Tile { get; init; }

    /// <summary>What a tuning file would choose.</summary>
    public KernelChoice Choice { get; init; } = KernelChoice.Default;

    /// <summary>What it may choose about a kernel of the case.</summary>
    public IReadOnlyList<KernelChoice> Candidates(string kernel) => Generated(5, 3).Candidates(kernel);

    /// <summary>The kernels for few tokens, however many there are.</summary>
    public bool Decode { get; init; }

    private bool Quantized => Format == NumberFormat.E4M3 && Policy == Fp8Policy.Full;

    // Streaming kernels always take two terms.
    private bool TwoTerms => Split || Decode;

    private string Form => Decode ? "Decode" : "Prefill";

    private SimulatedKernels Kernels(int experts, int chosen, params string[] only) => new(Generated(experts, chosen), only);

    private GeneratedKernels Generated(int experts, int chosen) => new(Specs.Small(Hidden, Inner, Format, experts, chosen, Policy), Variant, Split, Tile) { Choice = Choice };

    private double[] Prepared(double[] row) => Vectors.Prepared(row, Quantized, TwoTerms);

    public void Projections()
    {
        string gateUp = "DenseGateUp" + Form, downward = "DenseDown" + Form, logitsName = "Head" + Form;
        var kernels = Kernels(5, 3, gateUp, downward, logitsName);
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 3), new Random(Hidden + Inner));
        var x = Vectors.Random(memory, random, Tokens * Hidden);
        var norm = new Matrix(memory, random, NumberFormat.BF16, 1, Hidden);
        var (gate, up, down) = (new Matrix(memory, random, Format, Inner, Hidden), new Matrix(memory, random, Format, Inner, Hidden), new Matrix(memory, random, Format, Hidden, Inner));
        var h = memory.Allocate<float>(Tokens * Inner);
        // Rounding to one bfloat16 term is left to rows that no norm in front has rounded before.
        if (TwoTerms || Quantized)
        {
            kernels.Run(gateUp, run, [x, .. norm.Arguments, .. gate.Arguments, .. up.Arguments, h, Tokens]);
            Vectors.Check(gateUp, h, Tokens, t =>
            {
                var n = Prepared(Plain.RmsNorm(x.Row(t, Hidden), norm.Values, 1e-6));
                return [.. Plain.Linear(gate.Values, n).Zip(Plain.Linear(up.Values, n), (g, u) => Plain.Silu(g) * u)];
            });
        }

        h = Vectors.Random(memory, random, Tokens * Inner);
        var before = Enumerable.Range(0, Tokens).Select(t => x.Row(t, Hidden)).ToArray();
        kernels.Run(downward, run, [h, .. down.Arguments, x, Tokens]);
        Vectors.Check(downward, x, Tokens, t => [.. Plain.Linear(down.Values, Prepared(h.Row(t, Inner))).Zip(before[t], (a, b) => a + b)]);
        var head = new Matrix(memory, random, NumberFormat.BF16, 200, Hidden);
        var logits = memory.Allocate<float>(Tokens * 200);
        kernels.Run(logitsName, run, [x, .. head.Arguments, logits, Tokens]);
        Vectors.Check(logitsName, logits, Tokens, t => Plain.Linear(head.Values, Vectors.Prepared(x.Row(t, Hidden), false, TwoTerms)));
    }

    /// <summary>Whole numbers: what comes out is the same, bit for bit.</summary>
    public void WholeNumbers()
    {
        string name = "DenseDown" + Form;
        var kernels = Kernels(5, 3, name);
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(Hidden * Tokens));
        var h = Vectors.Whole(memory, random, Tokens, Inner);
        var y = Vectors.Whole(memory, random, Tokens, Hidden);
        var down = new Matrix(memory, random, Format, Hidden, Inner, whole: true);
        double[][] before = [.. Enumerable.Range(0, Tokens).Select(t => y.Row(t, Hidden))];
        kernels.Run(name, run, [h, .. down.Arguments, y, Tokens]);
        Vectors.CheckExactly(name, y, Tokens, t => [.. Plain.Linear(down.Values, h.Row(t, Inner)).Zip(before[t], (a, b) => a + b)]);
    }

    public void Experts()
    {
        const int experts = 5, chosen = 2;
        string gateUp = "ExpertGateUp" + Form;
        var kernels = Kernels(experts, chosen, gateUp, Decode ? "ExpertDownCombine" : "ExpertDown");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(Hidden * Inner));
        var x = Vectors.Random(memory, random, Tokens * Hidden);
        var (gate, up, down) = (new Matrix(memory, random, Format, Inner, Hidden, experts), new Matrix(memory, random, Format, Inner, Hidden, experts), new Matrix(memory, random, Format, Hidden, Inner, experts));
        // Expert 1 gets every token, more than a tile of them where there are many, and expert 3 none; dispatch lists experts without slots behind the others.
        var pairs = Enumerable.Range(0, Tokens).SelectMany(t => new[] { (Token: t, Expert: 1), (Token: t, Expert: new[] { 0, 2, 4 }[random.Next(3)]) }).OrderBy(p => p.Expert).ToArray();
        int slots = pairs.Length;
        var active = pairs.Select(p => p.Expert).Distinct().ToArray();
        int[] offsets = [.. active.Select(e => Array.FindIndex(pairs, p => p.Expert == e)), slots, .. Enumerable.Repeat(slots, experts - active.Length)];
        var expert = memory.Of<int>([.. active, .. Enumerable.Repeat(0, experts - active.Length)]);
        var offset = memory.Of<int>(offsets);
        var slotToken = memory.Of<int>(pairs.Select(p => p.Token).ToArray());
        var h = memory.Allocate<float>(slots * Inner);
        kernels.Run(gateUp, run, [x, expert, offset, slotToken, .. gate.Arguments, .. up.Arguments, h, Tokens, experts]);
        Vectors.Check(gateUp, h, slots, s =>
        {
            var row = Prepared(x.Row(pairs[s].Token, Hidden));
            return [.. Plain.Linear(gate.Part(pairs[s].Expert), row).Zip(Plain.Linear(up.Part(pairs[s].Expert), row), (g, u) => Plain.Silu(g) * u)];
        });
        h = Vectors.Random(memory, random, slots * Inner);
        if (Decode)
        {
            int[][] slotsOf = [.. Enumerable.Range(0, Tokens).Select(t => Enumerable.Range(0, slots).Where(s => pairs[s].Token == t).OrderDescending().ToArray())];
            float[] routing = [.. Enumerable.Range(0, slots).Select(i => (float)random.NextDouble())];
            double[][] before = [.. Enumerable.Range(0, Tokens).Select(t => x.Row(t, Hidden))];
            int[] flat = [.. slotsOf.SelectMany(s => s)];
            kernels.Run("ExpertDownCombine", run, [h, memory.Of<int>([.. flat.Select(s => pairs[s].Expert)]), memory.Of<int>(flat), memory.Of<float>(routing), .. down.Arguments, x, Tokens, slots]);
            Vectors.Check("ExpertDownCombine", x, Tokens, t =>
            {
                double[] sum = before[t];
                for (int j = 0; j < chosen; j++)
                {
                    double[] answer = Plain.Linear(down.Part(pairs[slotsOf[t][j]].Expert), Prepared(h.Row(slotsOf[t][j], Inner)));
                    for (int c = 0; c < Hidden; c++) sum[c] += routing[(t * chosen) + j] * answer[c];
                }

                return sum;
            });
            return;
        }

        var y = memory.Allocate<float>(slots * Hidden);
        kernels.Run("ExpertDown", run, [h, expert, offset, .. down.Arguments, y, slots, experts]);
        Vectors.Check("ExpertDown", y, slots, s => Plain.Linear(down.Part(pairs[s].Expert), Prepared(h.Row(s, Inner))));
    }

    /// <summary>The query's up projection, whose pairs of rows rotate together; its input is the latent of 144 numbers.</summary>
    public void RotatedHeads(int heads, int nope, int rope)
    {
        const int latent = 144, position = 3;
        string name = "QueryUp" + Form;
        var spec = Specs.Small(Hidden, Inner, Format, policy: Policy).WithHeads(heads, nope, rope, 64, latent);
        var kernels = new SimulatedKernels(new(spec, Variant, Split, Tile), name);
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 3), new Random(heads));
        int width = nope + rope;
        var x = Vectors.Random(memory, random, Tokens * latent);
        var norm = new Matrix(memory, random, NumberFormat.BF16, 1, latent);
        var weight = new Matrix(memory, random, Format, heads * width, latent);
        float[] frequencies = [.. Enumerable.Range(0, rope / 2).Select(i => 1f / (i + 2))];
        var table = memory.Of<float>([.. Enumerable.Range(0, Tokens + position).SelectMany(p => frequencies.SelectMany(f => new[] { (float)Math.Cos(p * f), (float)Math.Sin(p * f) }))]);
        var q = memory.Allocate<float>(Tokens * heads * width);
        kernels.Run(name, run, [x, .. norm.Arguments, .. weight.Arguments, table, q, Tokens, new StepNumber(position)]);
        Vectors.Check(name, q, Tokens, t =>
        {
            var row = Plain.Linear(weight.Values, Prepared(Plain.RmsNorm(x.Row(t, latent), norm.Values, 1e-6)));
            for (int head = 0; head < heads; head++) Plain.Rotate(row.AsSpan((head * width) + nope, rope), position + t, frequencies, 1);
            return row;
        });
    }
}
