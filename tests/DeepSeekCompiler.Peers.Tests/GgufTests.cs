using DeepSeekCompiler.Peers.Gguf;
using DeepSeekCompiler.Peers.Materials;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Peers.Tests;

/// <summary>What is written for llama.cpp, read back by another reader and compared with the checkpoint.</summary>
public sealed class GgufTests
{
    private const int PerHead = TinyModel.Nope + TinyModel.Value;

    [Fact]
    public void Bf16_file_holds_the_weights_of_the_checkpoint()
    {
        using var folder = new TempFolder();
        var work = new WorkFolder(folder["work"], TinyModel.Write(folder.Path));
        var file = new GgufFile(work.Gguf(GgufType.BF16).File);
        using var checkpoint = Checkpoint.Open(work.Checkpoint("bf16"));

        Assert.Equal("deepseek2", file.Metadata["general.architecture"]);
        Assert.Equal("none", file.Metadata["tokenizer.ggml.model"]);
        Assert.Equal(128u, file.Metadata["deepseek2.attention.key_length"]);
        Assert.Equal(64u, file.Metadata["deepseek2.attention.key_length_mla"]);
        Assert.Equal(2.5f, file.Metadata["deepseek2.expert_weights_scale"]);
        Assert.Equal(true, file.Metadata["deepseek2.expert_weights_norm"]);
        Assert.Equal(1u, file.Metadata["deepseek2.expert_group_used_count"]);
        Assert.Equal([TinyModel.Hidden, TinyModel.Vocabulary], file.Tensors["output.weight"].Extents);
        Assert.Equal(Numbers(checkpoint, "lm_head.weight"), file.Numbers("output.weight"));
        Assert.Equal(Numbers(checkpoint, "model.layers.0.mlp.down_proj.weight"), file.Numbers("blk.0.ffn_down.weight"));
        Assert.Equal(0u, file.Tensors["blk.1.attn_norm.weight"].Type);
        Assert.Equal(Numbers(checkpoint, "model.layers.1.input_layernorm.weight"), file.Numbers("blk.1.attn_norm.weight"));
        Assert.Equal(Numbers(checkpoint, "model.layers.1.mlp.gate.weight"), file.Numbers("blk.1.ffn_gate_inp.weight"));
        Assert.Equal(Numbers(checkpoint, "model.layers.1.mlp.gate.e_score_correction_bias"), file.Numbers("blk.1.exp_probs_b.bias"));
        Assert.Equal([32, TinyModel.Hidden, TinyModel.Experts], file.Tensors["blk.1.ffn_down_exps.weight"].Extents);
        Assert.Equal(Enumerable.Range(0, TinyModel.Experts).SelectMany(e => Numbers(checkpoint, $"model.layers.1.mlp.experts.{e}.down_proj.weight")), file.Numbers("blk.1.ffn_down_exps.weight"));

        // The MTP module stays out.
        Assert.DoesNotContain(file.Tensors.Keys, n => n.StartsWith("blk.2", StringComparison.Ordinal));
    }

    [Fact]
    public void Latent_expansion_is_split_into_keys_across_and_values_along()
    {
        using var folder = new TempFolder();
        var work = new WorkFolder(folder["work"], TinyModel.Write(folder.Path));
        var file = new GgufFile(work.Gguf(GgufType.BF16).File);
        using var checkpoint = Checkpoint.Open(work.Checkpoint("bf16"));
        float[] both = Numbers(checkpoint, "model.layers.1.self_attn.kv_b_proj.weight"), keys = file.Numbers("blk.1.attn_k_b.weight"), values = file.Numbers("blk.1.attn_v_b.weight");

        Assert.Equal([TinyModel.Nope, TinyModel.Latent, TinyModel.Heads], file.Tensors["blk.1.attn_k_b.weight"].Extents);
        Assert.Equal([TinyModel.Latent, TinyModel.Value, TinyModel.Heads], file.Tensors["blk.1.attn_v_b.weight"].Extents);
        for (int head = 0; head < TinyModel.Heads; head++)
        {
            for (int latent = 0; latent < TinyModel.Latent; latent++)
            {
                for (int n = 0; n < TinyModel.Nope; n++)
                    Assert.Equal(both[(((head * PerHead) + n) * TinyModel.Latent) + latent], keys[(((head * TinyModel.Latent) + latent) * TinyModel.Nope) + n]);
                for (int v = 0; v < TinyModel.Value; v++)
                    Assert.Equal(both[(((head * PerHead) + TinyModel.Nope + v) * TinyModel.Latent) + latent], values[(((head * TinyModel.Value) + v) * TinyModel.Latent) + latent]);
            }
        }
    }

    [Fact]
    public void Tensors_lie_side_by_side_on_boundaries_of_32_bytes()
    {
        using var folder = new TempFolder();
        var work = new WorkFolder(folder["work"], TinyModel.Write(folder.Path));
        var file = new GgufFile(work.Gguf(GgufType.Q8_0).File);
        long end = 0;
        foreach (string name in file.Tensors.Keys)
        {
            Assert.Equal((end + 31) / 32 * 32, file.Tensors[name].Offset);
            end = file.Tensors[name].Offset + file.Data(name).Length;
        }

        Assert.Equal(file.DataStart + ((end + 31) / 32 * 32), file.Length);
    }

    [Fact]
    public void Q8_file_holds_blocks_of_the_formula_and_counts_what_a_token_reads()
    {
        using var folder = new TempFolder();
        var work = new WorkFolder(folder["work"], TinyModel.Write(folder.Path));
        (string path, long activeBytes) = work.Gguf(GgufType.Q8_0);
        var file = new GgufFile(path);
        using var checkpoint = Checkpoint.Open(work.Checkpoint("bf16"));
        Assert.Equal(Numbers(checkpoint, "lm_head.weight").Chunk(32).SelectMany(Q8BlockTests.Expected), file.Data("output.weight").ToArray());
        Assert.Equal(0u, file.Tensors["output_norm.weight"].Type);

        // Of the embedding one row of 64 numbers, of four experts two.
        long all = file.Tensors.Keys.Sum(n => (long)file.Data(n).Length), experts = ((string[])["gate", "up", "down"]).Sum(p => (long)file.Data($"blk.1.ffn_{p}_exps.weight").Length);
        Assert.Equal(all - file.Data("token_embd.weight").Length + 68 - (experts / 2), activeBytes);
    }

    [Fact]
    public void Row_that_is_no_whole_number_of_blocks_is_refused()
    {
        using var folder = new TempFolder();
        var work = new WorkFolder(folder["work"], TinyModel.Write(folder.Path, expertWidth: 40));
        var refusal = Assert.Throws<PeerException>(() => work.Gguf(GgufType.Q8_0));
        Assert.Equal("blk.1.ffn_down_exps.weight has rows of 40 numbers, and Q8_0 stores 32 together.", refusal.Message);
        Assert.NotEmpty(new GgufFile(work.Gguf(GgufType.BF16).File).Tensors);
    }

    private static float[] Numbers(Checkpoint checkpoint, string name)
    {
        var tensor = checkpoint.Find(name)!;
        return tensor.Type == SafetensorsType.F32 ? tensor.AsSpan<float>().ToArray() : [.. tensor.AsSpan<ushort>().ToArray().Select(c => BitConverter.UInt32BitsToSingle((uint)c << 16))];
    }
}
