using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>The tensors of a model's checkpoint in the Hugging Face layout, block by block.</summary>
public sealed class Manifest
{
    private Manifest(IReadOnlyList<Slot> model, IReadOnlyList<Slot> attention, IReadOnlyList<Slot> dense, IReadOnlyList<Slot> experts, IReadOnlyList<Slot> mtp)
    {
        Model = model;
        Attention = attention;
        Dense = dense;
        Experts = experts;
        Mtp = mtp;
    }

    /// <summary>Outside the blocks.</summary>
    public IReadOnlyList<Slot> Model { get; }

    /// <summary>At the start of every block.</summary>
    public IReadOnlyList<Slot> Attention { get; }

    /// <summary>Behind attention in dense blocks.</summary>
    public IReadOnlyList<Slot> Dense { get; }

    /// <summary>Behind attention in expert blocks.</summary>
    public IReadOnlyList<Slot> Experts { get; }

    /// <summary>Behind the block of an MTP module.</summary>
    public IReadOnlyList<Slot> Mtp { get; }

    public static Manifest Of(ModelSpec spec)
    {
        var f = spec.Formats;
        int d = spec.HiddenSize;
        var model = new List<Slot>
        {
            new("Embedding", "model.embed_tokens.weight", f.Other, spec.VocabSize, d, false, 1, spec.TieWordEmbeddings ? 1 : 0),
            Slot.Vector("ModelNorm", "model.norm.weight", f.Other, d),
        };
        if (!spec.TieWordEmbeddings) model.Add(Slot.Matrix("LmHead", "lm_head.weight", f.Head, spec.VocabSize, d));
        return new(model, AttentionSlots(spec), DenseSlots(spec), ExpertSlots(spec), MtpSlots(spec));
    }

    /// <summary>Tensors of a list, experts counted one by one.</summary>
    public static int Count(IReadOnlyList<Slot> slots)
    {
        int count = 0;
        foreach (var slot in slots) count += slot.Count;
        return count;
    }

    private static List<Slot> AttentionSlots(ModelSpec spec)
    {
        var f = spec.Formats;
        int d = spec.HiddenSize, heads = spec.Attention.NumAttentionHeads;
        var slots = new List<Slot> { Slot.Vector("InputNorm", "input_layernorm.weight", f.Other, d) };
        if (spec.Attention is LatentAttentionSpec a)
        {
            if (a.QLoraRank > 0)
            {
                slots.Add(Slot.Matrix("QAProj", "self_attn.q_a_proj.weight", f.Linear, a.QLoraRank, d));
                slots.Add(Slot.Vector("QANorm", "self_attn.q_a_layernorm.weight", f.Other, a.QLoraRank));
                slots.Add(Slot.Matrix("QBProj", "self_attn.q_b_proj.weight", f.Linear, heads * a.QkHeadDim, a.QLoraRank));
            }
            else
            {
                slots.Add(Slot.Matrix("QProj", "self_attn.q_proj.weight", f.Linear, heads * a.QkHeadDim, d));
            }

            slots.Add(Slot.Matrix("KvAProj", "self_attn.kv_a_proj_with_mqa.weight", f.Linear, a.CacheRow, d));
            slots.Add(Slot.Vector("KvANorm", "self_attn.kv_a_layernorm.weight", f.Other, a.KvLoraRank));
            slots.Add(Slot.Matrix("KvBProj", "self_attn.kv_b_proj.weight", f.Linear, heads * (a.QkNopeHeadDim + a.VHeadDim), a.KvLoraRank));
        }
        else
        {
            var g = (GroupedQueryAttentionSpec)spec.Attention;
            slots.Add(Slot.Matrix("QProj", "self_attn.q_proj.weight", f.Linear, heads * g.HeadDim, d));
            slots.Add(Slot.Matrix("KProj", "self_attn.k_proj.weight", f.Linear, g.NumKeyValueHeads * g.HeadDim, d));
            slots.Add(Slot.Matrix("VProj", "self_attn.v_proj.weight", f.Linear, g.NumKeyValueHeads * g.HeadDim, d));
        }

        slots.Add(Slot.Matrix("OProj", "self_attn.o_proj.weight", f.Linear, d, heads * spec.Attention.ValueDim));
        slots.Add(Slot.Vector("PostAttentionNorm", "post_attention_layernorm.weight", f.Other, d));
        return slots;
    }

    private static List<Slot> DenseSlots(ModelSpec spec) => Mlp("", "mlp.", spec.HiddenSize, spec.IntermediateSize, spec.Formats.Linear, 1, 1);

    private static List<Slot> ExpertSlots(ModelSpec spec)
    {
        if (spec.Experts is not { } e) return [];
        var f = spec.Formats;
        var slots = new List<Slot> { Slot.Matrix("RouterGate", "mlp.gate.weight", f.Other, e.NRoutedExperts, spec.HiddenSize) };
        if (e.TopkMethod == TopkMethod.NoAuxTc) slots.Add(Slot.Vector("RouterBias", "mlp.gate.e_score_correction_bias", f.Bias, e.NRoutedExperts));
        slots.AddRange(Mlp("Experts", "mlp.experts.{e}.", spec.HiddenSize, e.MoeIntermediateSize, f.Linear, e.NRoutedExperts, e.NumExpertsPerTok));
        if (e.NSharedExperts > 0)
            slots.AddRange(Mlp("Shared", "mlp.shared_experts.", spec.HiddenSize, e.MoeIntermediateSize * e.NSharedExperts, f.Linear, 1, 1));
        return slots;
    }

    private static List<Slot> MtpSlots(ModelSpec spec)
    {
        if (spec.NumNextnPredictLayers == 0) return [];
        var f = spec.Formats;
        int d = spec.HiddenSize;
        return
        [
            new("MtpEmbedding", "embed_tokens.weight", f.Other, spec.VocabSize, d, false, 1, 0),
            Slot.Vector("MtpEmbeddingNorm", "enorm.weight", f.Other, d),
            Slot.Vector("MtpHiddenNorm", "hnorm.weight", f.Other, d),
            Slot.Matrix("MtpEhProj", "eh_proj.weight", f.Other, d, 2 * d),
            Slot.Vector("MtpNorm", "shared_head.norm.weight", f.Other, d),
            Slot.Matrix("MtpHead", "shared_head.head.weight", f.Head, spec.VocabSize, d),
        ];
    }

    private static List<Slot> Mlp(string name, string prefix, int hidden, int width, NumberFormat format, int count, int active) =>
    [
        new(name + "GateProj", prefix + "gate_proj.weight", format, width, hidden, false, count, active),
        new(name + "UpProj", prefix + "up_proj.weight", format, width, hidden, false, count, active),
        new(name + "DownProj", prefix + "down_proj.weight", format, hidden, width, false, count, active),
    ];
}
