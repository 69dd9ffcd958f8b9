using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program.Training;

/// <summary>The activation buffers of a training pass, 4-byte numbers a token: kept by every block from forward to backward, working buffers of a micro-batch,
/// and working buffers of a chunk of tokens.</summary>
/// <remarks>No projection is computed twice: what projections give is kept (of the expanded latent, keys and values). Norms and activation functions are cheap and made
/// again, and so are attention weights, from scores.</remarks>
internal sealed class TrainingBuffers
{
    public TrainingBuffers(ModelSpec spec)
    {
        int d = spec.HiddenSize, heads = spec.Attention.NumAttentionHeads, keys = heads * spec.Attention.QkHeadDim, values = heads * spec.Attention.ValueDim;
        var latent = spec.Attention as LatentAttentionSpec;
        int groups = spec.Attention is GroupedQueryAttentionSpec g ? g.NumKeyValueHeads : heads;
        int keyRow = groups * spec.Attention.QkHeadDim, valueRow = groups * spec.Attention.ValueDim;
        int rank = latent?.QLoraRank ?? 0;
        int width = Math.Max(KernelSet.HasDense(spec) ? spec.IntermediateSize : 0, spec.Experts is { } s ? s.MoeIntermediateSize * s.NSharedExperts : 0);
        Kept = [("x", d, "float"), ("mid", d, "float"), ("q", keys, "float"), ("k", keyRow, "float"), ("v", valueRow, "float"), ("o", values, "float"), ("most", heads, "float"), ("share", heads, "float")];
        Work = [("last", d, "float"), ("hidden", d, "float"), ("dhidden", d, "float"), ("dx", d, "float"), ("dq", keys, "float"), ("dk", keyRow, "float"), ("dv", valueRow, "float"),
            ("do_", values, "float"), ("inverse", 1, "float")];
        Chunk = [("normed", d, "float"), ("dnormed", d, "float")];
        if (rank > 0)
        {
            Kept.Add(("queryLatent", rank, "float"));
            Chunk.Add(("queryNormed", rank, "float"));
            Chunk.Add(("dqueryNormed", rank, "float"));
            Chunk.Add(("dqueryLatent", rank, "float"));
        }

        if (latent is not null)
        {
            int expanded = heads * (latent.QkNopeHeadDim + latent.VHeadDim);
            Kept.Add(("latent", latent.CacheRow, "float"));
            Chunk.Add(("latentNormed", latent.KvLoraRank, "float"));
            Chunk.Add(("dlatentNormed", latent.KvLoraRank, "float"));
            Chunk.Add(("dlatent", latent.CacheRow, "float"));
            Chunk.Add(("expanded", expanded, "float"));
            Chunk.Add(("dexpanded", expanded, "float"));
        }

        if (width > 0)
        {
            Kept.Add(("gate", width, "float"));
            Kept.Add(("up", width, "float"));
            foreach (string name in new[] { "h", "dh", "dgate", "dup" }) Chunk.Add((name, width, "float"));
        }

        if (spec.Experts is { } e) AddExperts(e, d);
        if (spec.NumNextnPredictLayers == 0) return;
        foreach (string name in new[] { "mtpEmbedding", "mtpHidden", "mtpLast", "mtpNormed", "dmtp" }) Work.Add((name, d, "float"));
        Work.Add(("mtpInput", 2 * d, "float"));
        Work.Add(("dmtpInput", 2 * d, "float"));
    }

    public List<(string Name, int Columns, string Type)> Kept { get; }

    public List<(string Name, int Columns, string Type)> Work { get; }

    public List<(string Name, int Columns, string Type)> Chunk { get; }

    private void AddExperts(MixtureOfExpertsSpec e, int d)
    {
        int k = e.NumExpertsPerTok, width = k * e.MoeIntermediateSize;
        Kept.Add(("logits", e.NRoutedExperts, "float"));
        Kept.Add(("routing", k, "float"));
        foreach (string name in new[] { "chosen", "slot", "slotToken", "expert" }) Kept.Add((name, k, "int"));
        Kept.Add(("offset", k + 1, "int"));
        Kept.Add(("active", 1, "int"));
        Kept.Add(("expertGate", width, "float"));
        Kept.Add(("expertUp", width, "float"));
        foreach (string name in new[] { "expertH", "dexpertH", "dexpertGate", "dexpertUp" }) Chunk.Add((name, width, "float"));
        Chunk.Add(("answer", k * d, "float"));
        Chunk.Add(("drouting", k, "float"));
        Chunk.Add(("dlogits", e.NRoutedExperts, "float"));
    }
}
