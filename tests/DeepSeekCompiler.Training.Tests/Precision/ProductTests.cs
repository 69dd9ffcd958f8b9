using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Precision;

// Declarations have an enumeration of the same name.
using TrainingPrecision = DeepSeekCompiler.TrainingPrecision;

/// <summary>The three products of dense projections and of experts against sums in double of exactly the declared numbers, on shapes that fit neither tiles nor scale blocks.</summary>
public sealed class ProductTests
{
    private const int Tokens = 301, Experts = 6, Choices = 2;

    public static TheoryData<TrainingPrecision, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<TrainingPrecision, int, int>();
            foreach (var precision in new[] { TrainingPrecision.BFloat16, TrainingPrecision.Fp8 })
            {
                foreach (var (seed, width) in new[] { (1, 512), (2, 256), (3, 128), (4, 0) }) cases.Add(precision, seed, width);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Products_AreThoseOfTheRoundedFactors(TrainingPrecision precision, int seed, int width)
    {
        var random = new Random(seed);
        var spec = Spec(random);
        using var kernels = new TrainingKernels(spec, precision, width);
        Dense(kernels, precision, random, spec.HiddenSize, spec.IntermediateSize);
        Routed(kernels, precision, random, spec.HiddenSize, spec.Experts!.MoeIntermediateSize);
    }

    private static void Dense(TrainingKernels kernels, TrainingPrecision precision, Random random, int d, int width)
    {
        float[] x = Numbers(random, Tokens, d), h = Numbers(random, Tokens, width), weight = Numbers(random, width, d), down = Numbers(random, d, width);
        var (rows, columns) = RoundedFactor.Weight(precision, weight, width, d);
        var y = Filled(Tokens * width);
        kernels.Run("DenseUp", ("x", x), ("weight", weight), ("y", y), ("tokens", Tokens));
        Check("forward", y, Tokens, width, (t, n) => RoundedFactor.Dot(RoundedFactor.Of(precision, Row(x, d, t)), rows[n]), 0);
        var residual = Filled(Tokens * d);
        kernels.Run("DenseDown", ("x", h), ("weight", down), ("y", residual), ("tokens", Tokens));
        var (downRows, _) = RoundedFactor.Weight(precision, down, d, width);
        Check("forward, added", residual, Tokens, d, (t, n) => RoundedFactor.Dot(RoundedFactor.Of(precision, Row(h, width, t)), downRows[n]), 1);
        foreach (var (kernel, old) in new[] { ("DenseGateInput", 0), ("DenseUpInput", 1) })
        {
            var dx = Filled(Tokens * d);
            kernels.Run(kernel, ("dy", h), ("weight", weight), ("dx", dx), ("tokens", Tokens));
            Check(kernel, dx, Tokens, d, (t, k) => RoundedFactor.Dot(RoundedFactor.Of(precision, Row(h, width, t)), columns[k]), old);
        }

        // A ragged last tile, and a whole number of tiles.
        foreach (int tokens in new[] { Tokens, 256 })
        {
            var dw = Filled(width * d);
            kernels.Run("DenseUpWeight", ("dy", h), ("x", x), ("dw", dw), ("tokens", tokens));
            RoundedFactor[] left = [.. Enumerable.Range(0, width).Select(n => RoundedFactor.Of(precision, Column(h, width, n, tokens)))], right = [.. Enumerable.Range(0, d).Select(k => RoundedFactor.Of(precision, Column(x, d, k, tokens)))];
            Check($"weight gradient of {tokens} tokens", dw, width, d, (n, k) => RoundedFactor.Dot(left[n], right[k]), 1);
        }
    }

    private static void Routed(TrainingKernels kernels, TrainingPrecision precision, Random random, int d, int width)
    {
        // Experts 1, 3, 4 and 5 are chosen: for more than two tiles of slots, for exactly one, for one slot, and for the rest.
        const int slots = Tokens * Choices;
        int[] expert = [1, 3, 4, 5, 0, 0], offset = [0, 259, 387, 388, slots, 0, 0], slotToken = [.. Enumerable.Range(0, slots).Select(_ => random.Next(Tokens))];
        var slotExpert = Enumerable.Range(0, slots).Select(s => expert[Enumerable.Range(0, 4).Last(a => offset[a] <= s)]).ToArray();
        float[][] weights = [.. Enumerable.Range(0, Experts).Select(e => expert[..4].Contains(e) ? Numbers(random, width, d) : null!)], downs = [.. weights.Select(w => w is null ? null! : Numbers(random, d, width))];
        float[] x = Numbers(random, Tokens, d), h = Numbers(random, slots, width);
        (string, object)[] lists = [("expert", expert), ("offset", offset), ("slotToken", slotToken), ("active", 4), ("tokens", Tokens), ("slots", slots)];
        var gate = weights.Select(w => w is null ? default : RoundedFactor.Weight(precision, w, width, d)).ToArray();
        var down = downs.Select(w => w is null ? default : RoundedFactor.Weight(precision, w, d, width)).ToArray();
        RoundedFactor XRow(int s) => RoundedFactor.Of(precision, Row(x, d, slotToken[s]));
        RoundedFactor HRow(int s) => RoundedFactor.Of(precision, Row(h, width, s));

        var y = Filled(slots * width);
        kernels.Run("ExpertUp", [.. lists, ("x", x), ("weight", weights), ("y", y)]);
        Check("experts forward, by token", y, slots, width, (s, n) => RoundedFactor.Dot(XRow(s), gate[slotExpert[s]].Rows[n]), 0);
        var answer = Filled(slots * d);
        kernels.Run("ExpertDown", [.. lists, ("h", h), ("weight", downs), ("y", answer)]);
        Check("experts forward, by slot", answer, slots, d, (s, n) => RoundedFactor.Dot(HRow(s), down[slotExpert[s]].Rows[n]), 0);
        foreach (var (kernel, old) in new[] { ("ExpertGateInput", 0), ("ExpertUpInput", 1) })
        {
            var dx = Filled(slots * d);
            kernels.Run(kernel, [.. lists, ("dy", h), ("weight", weights), ("dx", dx)]);
            Check(kernel, dx, slots, d, (s, k) => RoundedFactor.Dot(HRow(s), gate[slotExpert[s]].Columns[k]), old);
        }

        var dh = Filled(slots * width);
        kernels.Run("ExpertDownInput", [.. lists, ("dy", x), ("weight", downs), ("dx", dh)]);
        Check("input gradient, by token", dh, slots, width, (s, k) => RoundedFactor.Dot(XRow(s), down[slotExpert[s]].Columns[k]), 0);
        float[][] up = [.. weights.Select(w => w is null ? null! : Filled(w.Length))], last = [.. up.Select(w => w is null ? null! : Filled(w.Length))];
        kernels.Run("ExpertUpWeight", [.. lists, ("dy", h), ("x", x), ("dw", up)]);
        kernels.Run("ExpertDownWeight", [.. lists, ("dy", x), ("x", h), ("dw", last)]);
        for (int a = 0; a < 4; a++)
        {
            int[] own = [.. Enumerable.Range(offset[a], offset[a + 1] - offset[a])];
            RoundedFactor[] hs = [.. Enumerable.Range(0, width).Select(n => RoundedFactor.Of(precision, own.Select(s => h[(s * width) + n])))];
            RoundedFactor[] xs = [.. Enumerable.Range(0, d).Select(k => RoundedFactor.Of(precision, own.Select(s => x[(slotToken[s] * d) + k])))];
            Check($"weight gradient of {own.Length} slots", up[expert[a]], width, d, (n, k) => RoundedFactor.Dot(hs[n], xs[k]), 1);
            Check($"weight gradient of {own.Length} slots, by token", last[expert[a]], d, width, (n, k) => RoundedFactor.Dot(xs[n], hs[k]), 1);
        }
    }

    // Every forty-first number, and all of the first and the last row.
    private static void Check(string what, float[] got, int rows, int columns, Func<int, int, (double Sum, double Size)> expected, float old)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int c = r == 0 || r == rows - 1 ? 0 : (r * 7) % 41; c < columns; c += r == 0 || r == rows - 1 ? 1 : 41)
            {
                var (sum, size) = expected(r, c);
                float value = got[(r * columns) + c];
                Assert.True(Math.Abs(value - old - sum) <= Tolerances.RoundedProduct * (size + old), FormattableString.Invariant($"{what} at {r}, {c} of {rows} x {columns}: {value}, expected {sum + old}, magnitudes {size}"));
            }
        }
    }

    private static float[] Filled(int count)
    {
        var numbers = new float[count];
        Array.Fill(numbers, 1f);
        return numbers;
    }

    // Tiles of different sizes, so that a scale in the wrong place shows; a row of zeros.
    private static float[] Numbers(Random random, int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => i / columns == 3 ? 0 : ((float)random.NextDouble() - 0.5f) * (1 + (i / columns / 64 % 3) + (i % columns / 64 % 2)))];

    private static IEnumerable<float> Row(float[] matrix, int columns, int row) => matrix.Skip(row * columns).Take(columns);

    private static IEnumerable<float> Column(float[] matrix, int columns, int column, int rows) => Enumerable.Range(0, rows).Select(r => matrix[(r * columns) + column]);

    // Above and below 128, ragged all of them.
    private static ModelSpec Spec(Random random)
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        return spec with
        {
            HiddenSize = random.Next(130, 200) | 1, IntermediateSize = random.Next(140, 300) | 1, NumHiddenLayers = 2, NumNextnPredictLayers = 0,
            Experts = spec.Experts! with { NRoutedExperts = Experts, NumExpertsPerTok = Choices, NGroup = 2, TopkGroup = 1, MoeIntermediateSize = random.Next(40, 160) | 1, NSharedExperts = 1, FirstKDenseReplace = 1 },
        };
    }
}
