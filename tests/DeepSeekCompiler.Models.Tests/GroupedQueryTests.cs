using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The baselines that latent attention is compared with, end to end against the plain reference.</summary>
public class GroupedQueryTests
{
    [Theory]
    [InlineData("multi-head", 6, 6, 16, 256)]
    [InlineData("grouped", 6, 2, 24, 512)]
    [InlineData("multi-query", 5, 1, 10, 128)]
    [InlineData("grouped scalar", 4, 2, 12, 0)]
    public void CompiledModel_MatchesThePlainReference(string name, int heads, int groups, int headDim, int width)
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json")) with
        {
            Attention = new GroupedQueryAttentionSpec { NumAttentionHeads = heads, NumKeyValueHeads = groups, HeadDim = headDim },
        };
        using var folder = new TempFolder();
        using var model = ModelLoader.Create(spec, new LoadOptions { VectorWidth = width });
        SyntheticCheckpoint.Write(model.Manifest, folder.Path);
        ModelFolder.Bind(model, folder.Path, 2);
        using var weights = new ReferenceWeights(folder.Path);
        var reference = new ReferenceModel(spec, weights);
        int[] tokens = [5, 77, 300, 12, 500, 9, 8, 7, 6, 250, 251, 252, 253];
        var expected = tokens.SelectMany(reference.Step).Select(l => (float)l).ToArray();
        foreach (var form in new[] { AttentionForm.Expanded, AttentionForm.Absorbed })
        {
            using var session = new Session(model, 64) { Form = form };
            var logits = new float[expected.Length];
            session.Forward(tokens, logits, LogitRows.All);
            Compare.Rows(expected, logits, spec.VocabSize, $"{name}, {form}");
            session.Rewind(0);
            for (int i = 0; i < tokens.Length; i++)
            {
                session.Forward(tokens.AsSpan(i, 1), logits.AsSpan(0, spec.VocabSize));
                Compare.Rows(expected.AsSpan(i * spec.VocabSize, spec.VocabSize), logits.AsSpan(0, spec.VocabSize), spec.VocabSize, $"{name}, {form}, token {i} by itself");
            }
        }
    }

    [Fact]
    public void Bf16Cache_StaysCloseToFloat32()
    {
        using var golden = new GoldenCase("v3-tiny");
        using var model = ModelLoader.Load(golden.Folder, new LoadOptions { VectorWidth = 256, Cache = NumberFormat.BF16 });
        using var session = new Session(model, 512);
        var logits = new float[golden.Prompt.Length * model.Info.VocabSize];
        session.Forward(golden.Prompt, logits, LogitRows.All);
        Compare.Rows(golden.Floats("logits"), logits, model.Info.VocabSize, "bf16 cache", Tolerances.Bf16Cache);
    }
}
