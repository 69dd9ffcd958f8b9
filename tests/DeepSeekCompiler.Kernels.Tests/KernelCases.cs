using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Every kernel that is no attention against a plain scalar reference, on random inputs and ragged shapes. A target derives from this class and
/// makes its kernels; attention is in <see cref="AttentionCases"/>.</summary>
public abstract class KernelCases
{
    private const int Experts = 6;
    private const int Chosen = 3;

    /// <summary>Hidden size, inner width, format of the matrices.</summary>
    public static TheoryData<int, int, NumberFormat> Shapes => new()
    {
        { 64, 96, NumberFormat.F32 }, { 137, 51, NumberFormat.F32 }, { 130, 33, NumberFormat.BF16 }, { 72, 260, NumberFormat.BF16 },
        { 45, 50, NumberFormat.F16 }, { 136, 144, NumberFormat.E4M3 }, { 300, 129, NumberFormat.E4M3 }, { 1, 1, NumberFormat.F32 },
    };

    /// <summary>The same where weight rows go side by side through streaming products: rows that fill no tile, columns that fill no vector.</summary>
    public static TheoryData<int, int, NumberFormat> WideShapes => new() { { 4102, 35, NumberFormat.BF16 }, { 4225, 131, NumberFormat.E4M3 } };

    /// <summary>Columns that are cut into blocks of whole numbers: one block, several, shorter ones.</summary>
    public static TheoryData<int, int, NumberFormat> WholeShapes => new() { { 128, 192, NumberFormat.BF16 }, { 416, 96, NumberFormat.BF16 }, { 64, 160, NumberFormat.F16 }, { 256, 64, NumberFormat.E4M3 }, { 192, 384, NumberFormat.E4M3 } };

    /// <summary>The largest error of a product.</summary>
    private protected virtual double Limit => Tolerances.Contraction;

    /// <summary>Queries of three heads of 28 numbers: heads and blocks of scales begin at different rows, and pairs rotate.</summary>
    /// <param name="rank">Columns.</param>
    /// <param name="format">Of the matrix.</param>
    private protected void CheckQueries(int rank, NumberFormat format)
    {
        const int Heads = 3, Still = 20, Rope = 8, Width = Still + Rope, Position = 5;
        var spec = Spec(64, 32, format);
        using var target = Create(spec with { Attention = ((LatentAttentionSpec)spec.Attention) with { NumAttentionHeads = Heads, QLoraRank = rank, QkNopeHeadDim = Still, QkRopeHeadDim = Rope } });
        var random = new Random(rank);
        var other = format == NumberFormat.E4M3 ? NumberFormat.BF16 : format;
        foreach (int tokens in Tokens)
        {
            using var x = Activations(random, tokens * rank);
            using var norm = new TestWeight(random, other, 1, rank);
            using var weight = new TestWeight(random, format, Heads * Width, rank);
            using var rope = Activations(random, (Position + tokens) * Rope);
            using var q = new NativeArrayOfFloat(tokens * Heads * Width);
            target.Call("QueryUp" + Form(tokens), [x, norm.Data, .. weight.Arguments, rope, q, tokens, Position]);
            Check($"QueryUp{Form(tokens)}, {tokens} tokens", q, tokens, t =>
            {
                var y = Plain.Linear(weight.Values, Plain.RmsNorm(x.Row(t, rank), norm.Values, 1e-6));
                var turn = rope.Row(Position + t, Rope);
                for (int i = 0; i < Heads * Rope / 2; i++)
                {
                    int at = (i / (Rope / 2) * Width) + Still + (i % (Rope / 2) * 2), pair = i % (Rope / 2) * 2;
                    (y[at], y[at + 1]) = ((y[at] * turn[pair]) - (y[at + 1] * turn[pair + 1]), (y[at] * turn[pair + 1]) + (y[at + 1] * turn[pair]));
                }

                return y;
            });
        }
    }

    private protected void CheckProjections(int hidden, int inner, NumberFormat format)
    {
        using var target = Create(Spec(hidden, inner, format));
        var random = new Random(hidden + inner);
        var other = format == NumberFormat.E4M3 ? NumberFormat.BF16 : format;
        foreach (int tokens in Tokens)
        {
            string form = Form(tokens);
            using var x = Activations(random, tokens * hidden);
            using var norm = new TestWeight(random, other, 1, hidden);
            using var gate = new TestWeight(random, format, inner, hidden);
            using var up = new TestWeight(random, format, inner, hidden);
            using var h = new NativeArrayOfFloat(tokens * inner);
            target.Call("DenseGateUp" + form, [x, norm.Data, .. gate.Arguments, .. up.Arguments, h, tokens]);
            Check($"DenseGateUp{form}, {tokens} tokens", h, tokens, t =>
            {
                var n = Plain.RmsNorm(x.Row(t, hidden), norm.Values, 1e-6);
                return Plain.Linear(gate.Values, n).Zip(Plain.Linear(up.Values, n), (g, u) => Plain.Silu(g) * u).ToArray();
            });
            using var down = new TestWeight(random, format, hidden, inner);
            var before = Enumerable.Range(0, tokens).Select(t => x.Row(t, hidden)).ToArray();
            target.Call("DenseDown" + form, [h, .. down.Arguments, x, tokens]);
            Check($"DenseDown{form}, {tokens} tokens", x, tokens, t => Plain.Linear(down.Values, h.Row(t, inner)).Zip(before[t], (a, b) => a + b).ToArray());
            using var y = new NativeArrayOfFloat(tokens * hidden);
            target.Call("FinalNorm", x, norm.Data, y, tokens);
            Check($"FinalNorm, {tokens} tokens", y, tokens, t => Plain.RmsNorm(x.Row(t, hidden), norm.Values, 1e-6));
            using var head = new TestWeight(random, other, 19, hidden);
            using var logits = new NativeArrayOfFloat(tokens * 19);
            target.Call("Head" + form, y, head.Data, logits, tokens);
            Check($"Head{form}, {tokens} tokens", logits, tokens, t => Plain.Linear(head.Values, y.Row(t, hidden)));
        }
    }

    private protected void CheckExperts(int hidden, int inner, NumberFormat format)
    {
        using var target = Create(Spec(hidden, inner, format));
        var random = new Random(hidden * inner);
        var weights = Enumerable.Range(0, 3 * Experts).Select(i => new TestWeight(random, format, i / Experts < 2 ? inner : hidden, i / Experts < 2 ? hidden : inner)).ToArray();
        foreach (int tokens in new[] { 1, 3, 16, 30, 41 }) ExpertBlock(target, random, weights, tokens, hidden, inner);
        foreach (var weight in weights) weight.Dispose();
    }

    private unsafe void ExpertBlock(KernelTarget target, Random random, TestWeight[] weights, int tokens, int hidden, int inner)
    {
        int slots = tokens * Chosen;
        using var x = Activations(random, tokens * hidden);
        using var stream = Activations(random, tokens * hidden);
        using var routing = Activations(random, slots);
        using var chosen = NativeArray<int>.Of(Enumerable.Range(0, tokens).SelectMany(_ => Enumerable.Range(0, Experts).OrderBy(_ => random.Next()).Take(Chosen)).ToArray());
        using var slot = new NativeArray<int>(slots);
        using var slotToken = new NativeArray<int>(slots);
        using var expert = new NativeArray<int>(Experts);
        using var offset = new NativeArray<int>(Experts + 1);
        using var active = new NativeArray<int>(1);
        target.Call("Dispatch", chosen, slot, slotToken, expert, offset, active, tokens);
        Assert.Equal(chosen.Span.ToArray().Distinct().Count(), *active.Pointer);
        Assert.Equal(Enumerable.Range(0, slots), slot.Span.ToArray().Order());
        object[] Table(int which)
        {
            var entries = weights.Skip(which * Experts).Take(Experts).ToArray();
            var data = new MemoryTable([.. entries.Select(w => w.Data)]);
            return entries[0].Scales is null ? [data] : [data, new MemoryTable([.. entries.Select(w => w.Scales!)])];
        }

        using var h = new NativeArrayOfFloat(slots * inner);
        string form = Form(tokens);
        target.Call("ExpertGateUp" + form, [x, expert, offset, slotToken, .. Table(0), .. Table(1), h, tokens, *active.Pointer]);
        for (int i = 0; i < slots; i++)
        {
            int e = chosen.Span[i], s = slot.Span[i];
            Assert.Equal(i / Chosen, slotToken.Span[s]);
            var expected = Plain.Linear(weights[e].Values, x.Row(i / Chosen, hidden)).Zip(Plain.Linear(weights[Experts + e].Values, x.Row(i / Chosen, hidden)), (g, u) => Plain.Silu(g) * u).ToArray();
            Assert.True(Error(expected, h.Row(s, inner)) < Limit, $"ExpertGateUp{form}, {tokens} tokens, slot {s}: {Error(expected, h.Row(s, inner))}");
        }

        var before = Enumerable.Range(0, tokens).Select(t => stream.Row(t, hidden)).ToArray();
        if (tokens <= Streamed)
        {
            target.Call("ExpertDownCombine", [h, chosen, slot, routing, .. Table(2), stream, tokens, slots]);
        }
        else
        {
            Grouped("ExpertDown");
        }

        var slotOf = slot.Span.ToArray();
        var expertOf = chosen.Span.ToArray();
        Check($"down and combine, {tokens} tokens", stream, tokens, t =>
        {
            var sum = (double[])before[t].Clone();
            for (int j = 0; j < Chosen; j++)
            {
                var answer = Plain.Linear(weights[(2 * Experts) + expertOf[(t * Chosen) + j]].Values, h.Row(slotOf[(t * Chosen) + j], inner));
                for (int c = 0; c < hidden; c++) sum[c] += routing.Row(t, Chosen)[j] * answer[c];
            }

            return sum;
        });

        // Several tokens of a step on the host go expert by expert: the same sums, to the last bit.
        if (!GroupsDown || tokens > Streamed) return;
        float[] combined = stream.Span.ToArray();
        before.SelectMany(row => row).Select(value => (float)value).ToArray().CopyTo(stream.Span);
        Grouped("ExpertDownDecode");
        Assert.Equal(combined, stream.Span.ToArray());

        void Grouped(string down)
        {
            using var y = new NativeArrayOfFloat(slots * hidden);
            target.Call(down, [h, expert, offset, .. Table(2), y, slots, *active.Pointer]);
            target.Call("Combine", y, slot, routing, stream, tokens);
        }
    }

    private protected abstract KernelTarget Create(ModelSpec spec);

    /// <summary>The most tokens that go through the decode kernels.</summary>
    private protected virtual int Streamed => Limits.MaxStreaming;

    /// <summary>Whether the down projection of a few tokens can go expert by expert.</summary>
    private protected virtual bool GroupsDown => false;

    private protected static ModelSpec Spec(int hidden, int inner, NumberFormat format)
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        var other = format == NumberFormat.E4M3 ? NumberFormat.BF16 : format;
        return spec with
        {
            HiddenSize = hidden, IntermediateSize = inner, VocabSize = 19, Formats = new FormatSpec { Linear = format, Other = other },
            Experts = spec.Experts! with { NRoutedExperts = Experts, NumExpertsPerTok = Chosen, NGroup = 1, TopkGroup = 1, MoeIntermediateSize = inner },
        };
    }

    private static int[] Tokens => [1, 2, 3, 4, 5, 7, 16, 33];

    private string Form(int tokens) => tokens <= Streamed ? "Decode" : "Prefill";


    private protected static NativeArrayOfFloat Activations(Random random, int length)
    {
        var array = new NativeArrayOfFloat(length);
        foreach (ref float value in array.Span) value = (float)((random.NextDouble() * 4) - 2);
        return array;
    }

    private void Check(string what, NativeArrayOfFloat got, int rows, Func<int, double[]> expected)
    {
        for (int t = 0; t < rows; t++)
        {
            var row = expected(t);
            double error = Error(row, got.Row(t, row.Length));
            Assert.True(error < Limit, $"{what}, row {t}: relative error {error}");
        }
    }

    /// <summary>1 - 2 sum(xy) / sum(xx + yy).</summary>
    internal static double Error(double[] x, double[] y)
    {
        double product = 0, squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            product += x[i] * y[i];
            squares += (x[i] * x[i]) + (y[i] * y[i]);
        }

        return squares == 0 ? 0 : 1 - (2 * product / squares);
    }
}
