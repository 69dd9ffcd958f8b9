using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>The activation buffers of a forward pass: 4-byte numbers a token.</summary>
public static class Activations
{
    /// <summary>Name, columns and C# type of every buffer, in the order of the session's buffers.</summary>
    public static IReadOnlyList<(string Name, int Columns, string Type)> Of(ModelSpec spec)
    {
        int heads = spec.Attention.NumAttentionHeads;
        var list = new List<(string, int, string)>
        {
            ("x", spec.HiddenSize, "float"),
            ("q", heads * spec.Attention.QkHeadDim, "float"),
            ("o", heads * spec.Attention.ValueDim, "float"),
        };
        if (spec.Attention is LatentAttentionSpec { QLoraRank: > 0 } a) list.Add(("queryLatent", a.QLoraRank, "float"));
        int width = KernelSet.HasDense(spec) ? spec.IntermediateSize : 0;
        if (spec.Experts is { } e)
        {
            int k = e.NumExpertsPerTok;
            width = Math.Max(width, e.MoeIntermediateSize * e.NSharedExperts);
            list.Add(("normed", spec.HiddenSize, "float"));
            list.Add(("logits", e.NRoutedExperts, "float"));
            list.Add(("chosen", k, "int"));
            list.Add(("routing", k, "float"));
            list.Add(("slot", k, "int"));
            list.Add(("slotToken", k, "int"));
            // No more experts are active than slots are taken; the list of first slots has one entry more.
            list.Add(("expert", k, "int"));
            list.Add(("offset", k + 1, "int"));
            list.Add(("active", 1, "int"));
            list.Add(("expertHidden", k * e.MoeIntermediateSize, "float"));
            list.Add(("expertAnswer", k * spec.HiddenSize, "float"));
        }

        if (width > 0) list.Add(("hidden", width, "float"));
        if (spec.NumNextnPredictLayers > 0) list.Add(("mtpInput", 2 * spec.HiddenSize, "float"));
        return list;
    }
}
