using System.Globalization;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>What kernels report about the work of a call adds up to the constants of the model, and to what the run really chose.</summary>
public class KernelWorkTests
{
    public static TheoryData<string> Models => ["v2lite-tiny", "v2-grouped", "v3-tiny", "v3-fp8", "v3-mtp"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Decode_MultipliesActiveParameters_AndReadsActiveBytes(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(256);
        using var session = new Session(model, 64);
        session.Forward(golden.Prompt.AsSpan(0, 5), [], LogitRows.None);
        var work = Work(model, () => session.Forward(golden.Prompt.AsSpan(5, 1), new float[model.Info.VocabSize])).Values.ToList();
        Assert.Equal(2 * (model.Info.ActiveParameters - Vectors(model)), work.Sum(w => w.WeightFlops));
        Assert.Equal(model.Info.ActiveBytes, work.Sum(w => w.WeightBytes));
    }

    [Theory]
    [InlineData("v3-tiny", 3)]
    [InlineData("v3-fp8", 4)]
    [InlineData("v2lite-tiny", 7)]
    [InlineData("v3-fp8", 12)]
    public void SeveralTokens_MultiplyTheirOwn_AndReadEveryChosenExpertOnce(string name, int tokens)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(256);
        var chosen = new ChosenExperts();
        using var session = new Session(model, 64) { Observer = chosen };
        var work = Work(model, () => session.Forward(golden.Prompt.AsSpan(0, tokens), new float[model.Info.VocabSize])).Values.ToList();
        long head = (long)model.Info.VocabSize * model.Info.HiddenSize, matrices = model.Info.ActiveParameters - Vectors(model);
        Assert.Equal(2 * (((matrices - head) * tokens) + head), work.Sum(w => w.WeightFlops));
        Assert.NotEmpty(chosen.Distinct);
        Assert.Equal(model.Info.ActiveBytes + ExpertBytes(model) * chosen.Distinct.Sum(d => d - chosen.Each), work.Sum(w => w.WeightBytes));
    }

    [Fact]
    public void Attention_CountsTheContext()
    {
        using var golden = new GoldenCase("v3-tiny");
        using var model = golden.Load(256);
        using var session = new Session(model, 64);
        KernelWork At(int context)
        {
            session.Rewind(0);
            session.Forward(golden.Prompt.AsSpan(0, context), [], LogitRows.None);
            return Work(model, () => session.Forward(golden.Prompt.AsSpan(context, 1), new float[model.Info.VocabSize]))["AttentionDecode"];
        }

        KernelWork two = At(2), four = At(4), eight = At(8);
        Assert.True(four.Flops > two.Flops);
        Assert.Equal(2 * (four.Flops - two.Flops), eight.Flops - four.Flops);
        Assert.Equal(2L * model.Info.CacheRowBytes * model.Info.NumHiddenLayers, four.Bytes - two.Bytes);
        Assert.Equal(two.WeightFlops, eight.WeightFlops);
    }

    [Fact]
    public unsafe void Distinct_CountsEveryNumberOnce()
    {
        int[] numbers = [3, 1, 3, 3, 0, 1];
        fixed (int* first = numbers) Assert.Equal(3, KernelClock.Distinct(first, numbers.Length));
    }

    private static Dictionary<string, KernelWork> Work(CompiledModel model, Action step)
    {
        var clock = new KernelClock();
        model.Host.Clock = clock;
        step();
        model.Host.Clock = null;
        return clock.Kernels.ToDictionary(k => k.Name, k => k.Work);
    }

    private static bool IsMtp(CompiledModel model, TensorSlot slot)
    {
        string[] words = slot.Name.Split('.');
        return words is [_, "layers", ..] && int.Parse(words[2], CultureInfo.InvariantCulture) >= model.Info.NumHiddenLayers;
    }

    // Numbers that are multiplied one by one: norms and biases.
    private static long Vectors(CompiledModel model) => model.Manifest.Where(s => s.IsVector && !IsMtp(model, s)).Sum(s => (long)s.Columns);

    private static long ExpertBytes(CompiledModel model)
    {
        string layer = model.Manifest.First(s => s.Name.Contains(".experts.", StringComparison.Ordinal)).Name.Split(".mlp.")[0];
        return model.Manifest.Where(s => s.Name.StartsWith(layer + ".mlp.experts.0.", StringComparison.Ordinal)).Sum(Bytes);
    }

    private static long Bytes(TensorSlot slot)
    {
        long numbers = (long)slot.Rows * slot.Columns;
        return slot.Format switch
        {
            StorageFormat.E4M3 => numbers + 4L * ((slot.Rows + 127) / 128) * ((slot.Columns + 127) / 128),
            StorageFormat.F32 => 4 * numbers,
            _ => 2 * numbers,
        };
    }

    private sealed class ChosenExperts : IForwardObserver
    {
        public List<int> Distinct { get; } = [];

        public int Each { get; private set; }

        public void OnValues(string probe, int layer, int firstPosition, int rows, ReadOnlySpan<float> values)
        {
        }

        public void OnExperts(int layer, int firstPosition, int rows, ReadOnlySpan<int> experts)
        {
            Each = experts.Length / rows;
            Distinct.Add(experts.ToArray().Distinct().Count());
        }
    }
}
