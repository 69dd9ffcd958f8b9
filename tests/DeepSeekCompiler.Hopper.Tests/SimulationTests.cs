using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Hopper.Tests.Machine;
using DeepSeekCompiler.Hopper.Tests.Support;
using DeepSeekCompiler.Models.Tests.Reference;

namespace DeepSeekCompiler.Hopper.Tests;

/// <summary>The generated Hopper kernels on a simulated machine: copy engine, transfer barriers and warpgroup instructions by the letter of their specification,
/// against plain products on ragged shapes. What is executed is the generated text, launch code included.</summary>
public class SimulationTests
{
    /// <summary>Hidden size, inner width, format of the matrices, tokens, two terms.</summary>
    public static TheoryData<int, int, NumberFormat, int, bool> Shapes => new()
    {
        { 136, 72, NumberFormat.BF16, 131, true }, { 328, 136, NumberFormat.BF16, 5, false }, { 272, 144, NumberFormat.E4M3, 133, false }, { 912, 272, NumberFormat.E4M3, 7, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Projections_MatchThePlainReference(int hidden, int inner, NumberFormat format, int tokens, bool split)
    {
        var kernels = new SimulatedKernels(Specs.Small(hidden, inner, format), split, "DenseGateUpPrefill", "DenseDownPrefill", "HeadPrefill");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 3), new Random(hidden + inner));
        var x = Activations.Random(memory, random, tokens * hidden);
        var norm = new Matrix(memory, random, NumberFormat.BF16, 1, hidden);
        var (gate, up, down) = (new Matrix(memory, random, format, inner, hidden), new Matrix(memory, random, format, inner, hidden), new Matrix(memory, random, format, hidden, inner));
        var h = memory.Allocate<float>(tokens * inner);
        // Rounding to one bfloat16 term is left to rows that no norm in front has rounded before.
        if (split || format == NumberFormat.E4M3)
        {
            kernels.Run("DenseGateUpPrefill", run, [x, .. norm.Arguments, .. gate.Arguments, .. up.Arguments, h, tokens]);
            Activations.Check("DenseGateUpPrefill", h, tokens, t =>
            {
                var n = Activations.Prepared(Plain.RmsNorm(x.Row(t, hidden), norm.Values, 1e-6), format, split);
                return [.. Plain.Linear(gate.Values, n).Zip(Plain.Linear(up.Values, n), (g, u) => Plain.Silu(g) * u)];
            });
        }

        h = Activations.Random(memory, random, tokens * inner);
        var before = Enumerable.Range(0, tokens).Select(t => x.Row(t, hidden)).ToArray();
        kernels.Run("DenseDownPrefill", run, [h, .. down.Arguments, x, tokens]);
        Activations.Check("DenseDownPrefill", x, tokens, t => [.. Plain.Linear(down.Values, Activations.Prepared(h.Row(t, inner), format, split)).Zip(before[t], (a, b) => a + b)]);
        var head = new Matrix(memory, random, NumberFormat.BF16, 200, hidden);
        var logits = memory.Allocate<float>(tokens * 200);
        kernels.Run("HeadPrefill", run, [x, .. head.Arguments, logits, tokens]);
        Activations.Check("HeadPrefill", logits, tokens, t => Plain.Linear(head.Values, Activations.Prepared(x.Row(t, hidden), NumberFormat.BF16, split)));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Experts_MatchThePlainReference(int hidden, int inner, NumberFormat format, int tokens, bool split)
    {
        const int experts = 5, chosen = 2;
        var kernels = new SimulatedKernels(Specs.Small(hidden, inner, format, experts, chosen), split, "ExpertGateUpPrefill", "ExpertDown");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(hidden * inner));
        var x = Activations.Random(memory, random, tokens * hidden);
        var (gate, up, down) = (new Matrix(memory, random, format, inner, hidden, experts), new Matrix(memory, random, format, inner, hidden, experts), new Matrix(memory, random, format, hidden, inner, experts));
        // Expert 1 gets every token, more than a tile of them where there are many, and expert 3 none; dispatch lists experts without slots behind the others.
        var pairs = Enumerable.Range(0, tokens).SelectMany(t => new[] { (Token: t, Expert: 1), (Token: t, Expert: new[] { 0, 2, 4 }[random.Next(3)]) }).OrderBy(p => p.Expert).ToArray();
        int slots = pairs.Length;
        var active = pairs.Select(p => p.Expert).Distinct().ToArray();
        int[] offsets = [.. active.Select(e => Array.FindIndex(pairs, p => p.Expert == e)), slots, .. Enumerable.Repeat(slots, experts - active.Length)];
        var expert = memory.Of<int>([.. active, .. Enumerable.Repeat(0, experts - active.Length)]);
        var offset = memory.Of<int>(offsets);
        var slotToken = memory.Of<int>(pairs.Select(p => p.Token).ToArray());
        var h = memory.Allocate<float>(slots * inner);
        kernels.Run("ExpertGateUpPrefill", run, [x, expert, offset, slotToken, .. gate.Arguments, .. up.Arguments, h, tokens, experts]);
        Activations.Check("ExpertGateUpPrefill", h, slots, s =>
        {
            var row = Activations.Prepared(x.Row(pairs[s].Token, hidden), format, split);
            return [.. Plain.Linear(gate.Part(pairs[s].Expert), row).Zip(Plain.Linear(up.Part(pairs[s].Expert), row), (g, u) => Plain.Silu(g) * u)];
        });
        h = Activations.Random(memory, random, slots * inner);
        var y = memory.Allocate<float>(slots * hidden);
        kernels.Run("ExpertDown", run, [h, expert, offset, .. down.Arguments, y, slots, experts]);
        Activations.Check("ExpertDown", y, slots, s => Plain.Linear(down.Part(pairs[s].Expert), Activations.Prepared(h.Row(s, inner), format, split)));
    }

    /// <summary>As many weight rows as make tiles wide, few columns.</summary>
    [Theory]
    [InlineData(6, NumberFormat.BF16, true)]
    [InlineData(6, NumberFormat.BF16, false)]
    public void WideTiles_MatchThePlainReference(int tokens, NumberFormat format, bool split)
    {
        const int rows = 7184, columns = 80;
        var kernels = new SimulatedKernels(Specs.Small(rows, columns, format), split, "DenseDownPrefill");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(11));
        var h = Activations.Random(memory, random, tokens * columns);
        var y = Activations.Random(memory, random, tokens * rows);
        var down = new Matrix(memory, random, format, rows, columns);
        double[][] before = [.. Enumerable.Range(0, tokens).Select(t => y.Row(t, rows))];
        kernels.Run("DenseDownPrefill", run, [h, .. down.Arguments, y, tokens]);
        Activations.Check("DenseDownPrefill", y, tokens, t => [.. Plain.Linear(down.Values, Activations.Prepared(h.Row(t, columns), format, split)).Zip(before[t], (a, b) => a + b)]);
    }

    /// <summary>Heads whose parts come in boxes of 64 and 128 rows, and of 8 rows.</summary>
    [Theory]
    [InlineData(3, 128, 64, NumberFormat.E4M3)]
    [InlineData(7, 24, 8, NumberFormat.E4M3)]
    [InlineData(5, 40, 16, NumberFormat.BF16)]
    public void RotatedHeads_MatchThePlainReference(int heads, int nope, int rope, NumberFormat format)
    {
        const int latent = 144, tokens = 9, position = 3;
        var kernels = new SimulatedKernels(Specs.Small(272, 144, format).WithHeads(heads, nope, rope, 64, latent), true, "QueryUpPrefill");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 3), new Random(heads));
        int width = nope + rope;
        var x = Activations.Random(memory, random, tokens * latent);
        var norm = new Matrix(memory, random, NumberFormat.BF16, 1, latent);
        var weight = new Matrix(memory, random, format, heads * width, latent);
        float[] frequencies = [.. Enumerable.Range(0, rope / 2).Select(i => 1f / (i + 2))];
        var table = memory.Of<float>([.. Enumerable.Range(0, tokens + position).SelectMany(p => frequencies.SelectMany(f => new[] { (float)Math.Cos(p * f), (float)Math.Sin(p * f) }))]);
        var q = memory.Allocate<float>(tokens * heads * width);
        kernels.Run("QueryUpPrefill", run, [x, .. norm.Arguments, .. weight.Arguments, table, q, tokens, position]);
        Activations.Check("QueryUpPrefill", q, tokens, t =>
        {
            var row = Plain.Linear(weight.Values, Activations.Prepared(Plain.RmsNorm(x.Row(t, latent), norm.Values, 1e-6), format, true));
            for (int head = 0; head < heads; head++) Plain.Rotate(row.AsSpan((head * width) + nope, rope), position + t, frequencies, 1);
            return row;
        });
    }
}
