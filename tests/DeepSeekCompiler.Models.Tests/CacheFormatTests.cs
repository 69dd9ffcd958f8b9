using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>An FP8 cache against the plain reference that rounds what it keeps in the same way; an I16 cache against golden data.</summary>
public class CacheFormatTests
{
    private static readonly int[] s_tokens = [.. Enumerable.Range(0, 75).Select(i => 5 + (i * 37 % 500))];

    [Theory]
    [InlineData(4, 48, 512)]
    [InlineData(12, 144, 512)]
    [InlineData(12, 144, 256)]
    [InlineData(9, 130, 128)]
    [InlineData(9, 130, 0)]
    public void Fp8Cache_IsThatOfTheReference(int heads, int rank, int width) 
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        spec = spec with
        {
            Attention = (LatentAttentionSpec)spec.Attention with { NumAttentionHeads = heads, KvLoraRank = rank }, NumHiddenLayers = 2, Formats = spec.Formats with { Cache = NumberFormat.E4M3 },
        };
        using var folder = new TempFolder();
        using var model = ModelLoader.Create(spec, new LoadOptions { VectorWidth = width });
        SyntheticCheckpoint.Write(model.Manifest, folder.Path);
        ModelFolder.Bind(model, folder.Path, 2);
        Check(model, spec, folder.Path);
    }

    [OpenClFact]
    public void Fp8Cache_IsThatOfTheReference_OnADevice()
    {
        using var golden = new GoldenCase("v3-tiny");
        using var model = golden.Load(new LoadOptions { Device = "opencl", Cache = NumberFormat.E4M3 });
        // Codes, one scale, and a rope key of two bytes a number.
        Assert.Equal(48 + 4 + (2 * 16), model.Info.CacheRowBytes);
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        Check(model, spec with { Formats = spec.Formats with { Cache = NumberFormat.E4M3 } }, golden.Folder);
    }

    // Of golden data both forms of attention give the logits, whole prompts and token by token; so do several tokens at once, as drafts are verified.
    [Theory]
    [InlineData(512)]
    [InlineData(0)]
    public void WholeNumbers_StayCloseToFloat32(int width)
    {
        using var golden = new GoldenCase("v3-tiny");
        using var model = ModelLoader.Load(golden.Folder, new LoadOptions { VectorWidth = width, Cache = NumberFormat.I16 });
        Assert.Equal((2 * (48 + 16)) + 8, model.Info.CacheRowBytes);
        var expected = golden.Floats("logits");
        int vocabulary = model.Info.VocabSize;
        foreach (var form in new[] { AttentionForm.Expanded, AttentionForm.Absorbed })
        {
            using var session = new Session(model, 512) { Form = form };
            foreach (int step in new[] { golden.Prompt.Length, 3, 1 })
            {
                session.Rewind(0);
                for (int i = 0; i < golden.Prompt.Length; i += step)
                {
                    int count = Math.Min(step, golden.Prompt.Length - i);
                    var logits = new float[count * vocabulary];
                    session.Forward(golden.Prompt.AsSpan(i, count), logits, LogitRows.All);
                    Compare.Rows(expected.AsSpan(i * vocabulary, logits.Length), logits, vocabulary, $"i16 cache, {form}, {count} tokens at {i}", Tolerances.FixedCache);
                }
            }
        }
    }

    [Fact]
    public void WholeNumbers_AreRefusedWhereTheyCannotBe()
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        CacheFormats.Check(spec, NumberFormat.I16, "host");
        Assert.Contains("opencl:0", Refusal(spec, "opencl:0"), StringComparison.Ordinal);
        Assert.Contains("33", Refusal(spec with { Attention = (LatentAttentionSpec)spec.Attention with { KvLoraRank = 33 } }, "host"), StringComparison.Ordinal);
        Assert.Contains("no latent", Refusal(spec with { Attention = new GroupedQueryAttentionSpec { NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 8 } }, "host"), StringComparison.Ordinal);
    }

    private static string Refusal(ModelSpec spec, string device) => Assert.Throws<CheckpointException>(() => CacheFormats.Check(spec, NumberFormat.I16, device)).Message;

    private static void Check(CompiledModel model, ModelSpec spec, string folder)
    {
        using var weights = new ReferenceWeights(folder);
        var reference = new ReferenceModel(spec, weights);
        var expected = s_tokens.SelectMany(reference.Step).Select(l => (float)l).ToArray();
        // A latent near a rounding boundary of E4M3 falls to either side, and all later rows feel it.
        var rows = new RowComparison(spec.VocabSize, Tolerances.RowsWithoutFlips, Tolerances.DeviceLogits);
        foreach (var form in new[] { AttentionForm.Expanded, AttentionForm.Absorbed })
        {
            using var session = new Session(model, 128) { Form = form };
            var logits = new float[expected.Length];
            session.Forward(s_tokens, logits, LogitRows.All);
            rows.Add(expected, logits, $"{form}");
            session.Rewind(0);
            for (int i = 0; i < s_tokens.Length; i++)
            {
                session.Forward(s_tokens.AsSpan(i, 1), logits.AsSpan(0, spec.VocabSize));
                rows.Add(expected.AsSpan(i * spec.VocabSize, spec.VocabSize), logits.AsSpan(0, spec.VocabSize), $"{form}, token {i} by itself");
            }
        }

        rows.Check();
    }
}
