using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Checkpoints;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Tests.Checkpoints;

public sealed unsafe class ExportTests : IDisposable
{
    private static readonly string s_config = File.ReadAllText(GoldenFiles.Path("v3-mtp", "config.json"));

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(RecipeFormat.F32)]
    [InlineData(RecipeFormat.BF16)]
    [InlineData(RecipeFormat.Fp8)]
    public void AnExport_HoldsTheWeights_AsTheRecipeStoresThem(RecipeFormat format)
    {
        using var pass = Filled(1);
        File.WriteAllText(_folder["tokenizer.json"], "{}");
        for (int again = 0; again < 2; again++) ModelExport.Write(pass, s_config, format, _folder.Path, _folder["model"]);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], Directory.GetFiles(_folder["model"]).Select(Path.GetFileName).Order());
        Assert.Single(Directory.GetDirectories(_folder.Path));
        Assert.Equal(RecipeCheckpoint.AdjustConfig(s_config, format), File.ReadAllText(Path.Combine(_folder["model"], "config.json")));
        using (var checkpoint = Checkpoint.Open(_folder["model"]))
        {
            Assert.Equal(RecipeBuilder.FromConfig(s_config, 0, format).Tensors.Select(t => (t.Name, t.Type)).Order(), checkpoint.Tensors.Select(t => (t.Name, t.Type)).Order());
            var manifest = pass.Layout.Manifest;
            foreach (var (copy, original) in pass.Layout.Tied)
                Assert.True(new ReadOnlySpan<byte>(checkpoint.Find(manifest[copy].Name)!.Data, 64).SequenceEqual(new ReadOnlySpan<byte>(checkpoint.Find(manifest[original].Name)!.Data, 64)));
        }

        // Read again, every number is what its format makes of it.
        using var read = Filled(2);
        StartWeights.Read(read, _folder["model"]);
        bool quantised = false;
        for (int p = 0; p < pass.Parameters.Count; p++)
        {
            var (from, to) = (pass.Parameters[p], read.Parameters[p]);
            for (long i = 0; i < from.Count; i++)
            {
                if (format == RecipeFormat.F32) Assert.Equal(from.Values[i], to.Values[i]);
                else if (to.Values[i] != BF16.Decode(BF16.Encode(from.Values[i])))
                {
                    // E4M3 has 3 bits behind the leading one: half a step is a sixteenth; subnormal codes of a block of about 0.1 are coarser.
                    Assert.Equal(RecipeFormat.Fp8, format);
                    Assert.InRange(to.Values[i], from.Values[i] - (Math.Abs(from.Values[i]) / 16) - 1e-5f, from.Values[i] + (Math.Abs(from.Values[i]) / 16) + 1e-5f);
                    quantised = true;
                }
            }
        }

        Assert.Equal(format == RecipeFormat.Fp8, quantised);
        for (int e = 0; e < pass.ExpertLayers.Count; e++)
        {
            for (int i = 0; i < pass.Layout.Experts; i++) Assert.Equal(e + (i * 0.1f), read.ExpertLayers[e].Bias[i]);
        }
    }

    [Fact]
    public void WhatDoesNotBelongTogether_IsOneSentence()
    {
        using var pass = Filled(1);
        string other = s_config.Replace("\"vocab_size\": 512", "\"vocab_size\": 500", StringComparison.Ordinal);
        Assert.NotEqual(s_config, other);
        Assert.Contains("embed_tokens", Assert.Throws<TrainingException>(() => ModelExport.Write(pass, other, RecipeFormat.F32, null, _folder["model"])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["model"]));
        RecipeCheckpoint.Create(other, 1, RecipeFormat.BF16, _folder["other"]);
        Assert.Contains("embed_tokens", Assert.Throws<TrainingException>(() => StartWeights.Read(pass, _folder["other"])).Message, StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<TrainingException>(() => StartWeights.Read(pass, _folder["nothing"])).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static ConfiguredPass Filled(ulong seed)
    {
        var pass = new ConfiguredPass(s_config);
        Initializer.Fill(pass, seed, 0.1);
        for (int e = 0; e < pass.ExpertLayers.Count; e++)
        {
            for (int i = 0; i < pass.Layout.Experts; i++) pass.ExpertLayers[e].Bias[i] = e + (i * 0.1f);
        }

        return pass;
    }
}
