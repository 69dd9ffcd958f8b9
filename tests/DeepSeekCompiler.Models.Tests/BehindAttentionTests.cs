using System.Reflection;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>What decode attention asks for ahead is what the step reads next, in that order.</summary>
public unsafe class BehindAttentionTests
{
    private static readonly MethodInfo s_weightAt = typeof(CompiledModel).GetMethod("WeightAt", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly MethodInfo s_behind = typeof(CompiledModel).GetMethod("Behind", BindingFlags.Instance | BindingFlags.NonPublic)!;

    [Fact]
    public void PiecesFollowTheStep_FromTheOutputProjectionToTheNextLayersInput()
    {
        using var golden = new GoldenCase("v3-mtp");
        using var model = golden.Load(new LoadOptions());
        string[] input = ["self_attn.q_a_proj", "self_attn.q_b_proj", "self_attn.kv_a_proj_with_mqa", "self_attn.kv_b_proj"];
        string[] experts = ["self_attn.o_proj", "mlp.gate", "mlp.shared_experts.gate_proj", "mlp.shared_experts.up_proj", "mlp.shared_experts.down_proj"];
        int layers = model.Info.NumHiddenLayers;
        Assert.Equal(["0.self_attn.o_proj", "0.mlp.gate_proj", "0.mlp.up_proj", "0.mlp.down_proj", .. input.Select(n => "1." + n)], Names(model, 0));
        for (int layer = 1; layer + 1 < layers; layer++) Assert.Equal([.. experts.Select(n => $"{layer}.{n}"), .. input.Select(n => $"{layer + 1}.{n}")], Names(model, layer));
        Assert.Equal([.. experts.Select(n => $"{layers - 1}.{n}"), "lm_head"], Names(model, layers - 1));
        Assert.Equal(1, model.Info.NumNextnPredictLayers);
        Assert.Equal(experts.Select(n => $"{layers}.{n}"), Names(model, layers).Take(experts.Length));
        Assert.DoesNotContain(Names(model, layers), n => n.Contains("embed", StringComparison.Ordinal));
    }

    /// <summary>Weights in the order of their pieces; every piece is the next of its weight, and behind the last there is the last one alone.</summary>
    private static List<string> Names(CompiledModel model, int layer)
    {
        byte** table = (byte**)Pointer.Unbox(s_behind.Invoke(model, [layer])!);
        var names = new List<string>();
        int i = 0;
        while (i < CompiledModel.AheadPieces && (i == 0 || table[i] != table[i - 1]))
        {
            int weight = Enumerable.Range(0, model.Manifest.Count).First(w => Data(model, w) == table[i]);
            names.Add(model.Manifest[weight].Name.Replace("model.layers.", "", StringComparison.Ordinal).Replace(".weight", "", StringComparison.Ordinal));
            long bytes = model.Manifest[weight].Bytes;
            for (long at = 0; at < bytes && i < CompiledModel.AheadPieces; at += CompiledModel.AheadBytes) Assert.True(table[i++] == Data(model, weight) + at);
        }

        for (; i < CompiledModel.AheadPieces; i++) Assert.True(table[i] == table[i - 1]);
        return names;
    }

    private static byte* Data(CompiledModel model, int weight) => ((Weight)s_weightAt.Invoke(model, [weight])!).Data;
}
