using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Models.Tests.Reference;

// Declarations have enumerations of the same names.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;
using TrainingPrecision = DeepSeekCompiler.Generators.Spec.TrainingPrecision;

/// <summary>The published model, one token at a time, in double: what compiled models are compared with where no golden data is.</summary>
internal sealed class ReferenceModel(ModelSpec spec, ReferenceWeights weights)
{
    private readonly float[] _frequencies = RopeTable.Frequencies(spec.Rope, spec.Attention.RopeDim);
    private readonly double _magnitude = RopeTable.Scale(spec.Rope);
    private readonly List<(double[] Key, double[] Value)>[] _cache = Enumerable.Range(0, spec.NumHiddenLayers + spec.NumNextnPredictLayers).Select(_ => new List<(double[], double[])>()).ToArray();

    /// <summary>What every token left behind: probe, layer and values, in order.</summary>
    public List<(string Probe, int Layer, int Position, double[] Values)> Trace { get; } = [];

    /// <summary>The hidden state after the final norm, of every token.</summary>
    public List<double[]> Hidden { get; } = [];

    /// <summary>Logits of the next token.</summary>
    public double[] Step(int token)
    {
        int position = Hidden.Count, d = spec.HiddenSize;
        var x = weights["model.embed_tokens.weight"].AsSpan(token * d, d).ToArray();
        Note("embed", -1, position, x);
        for (int layer = 0; layer < spec.NumHiddenLayers; layer++) x = Block(x, layer, position);
        x = Plain.RmsNorm(x, weights["model.norm.weight"], spec.RmsNormEps);
        Note("norm", -1, position, x);
        Hidden.Add(x);
        return Plain.Linear(weights[spec.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"], x);
    }

    /// <summary>MTP logits at a position whose next token is known.</summary>
    public double[] Draft(int position, int nextToken)
    {
        int d = spec.HiddenSize;
        string p = $"model.layers.{spec.NumHiddenLayers}.";
        var e = Plain.RmsNorm(weights[p + "embed_tokens.weight"].AsSpan(nextToken * d, d).ToArray(), weights[p + "enorm.weight"], spec.RmsNormEps);
        var h = Plain.RmsNorm(Hidden[position], weights[p + "hnorm.weight"], spec.RmsNormEps);
        var x = Block(Plain.Linear(weights[p + "eh_proj.weight"], [.. e, .. h]), spec.NumHiddenLayers, position);
        return Plain.Linear(weights[p + "shared_head.head.weight"], Plain.RmsNorm(x, weights[p + "shared_head.norm.weight"], spec.RmsNormEps));
    }

    private void Note(string probe, int layer, int position, double[] x) => Trace.Add((probe, layer, position, x));

    private double[] Quantized(string name, double[] x) => spec.Precision switch
    {
        // The forward pass of training; its weights are rounded already.
        TrainingPrecision.Fp8 => Plain.Quantize(x),
        TrainingPrecision.BFloat16 => [.. x.Select(v => (double)BF16.Decode(BF16.Encode((float)v)))],
        _ => spec.Formats.Fp8 == Fp8Policy.Full && weights.IsFp8(name) ? Plain.Quantize(x) : x,
    };

    private double[] Linear(string name, double[] x) => Plain.Linear(weights[name], Quantized(name, x));

    private static double[] Add(double[] a, double[] b) => a.Zip(b, (x, y) => x + y).ToArray();

    private double[] Block(double[] x, int layer, int position)
    {
        string p = $"model.layers.{layer}.";
        x = Add(x, Attention(p + "self_attn.", Plain.RmsNorm(x, weights[p + "input_layernorm.weight"], spec.RmsNormEps), layer, position));
        Note("attention", layer, position, x);
        var n = Plain.RmsNorm(x, weights[p + "post_attention_layernorm.weight"], spec.RmsNormEps);
        x = Add(x, spec.IsExpertLayer(layer) ? Experts(p + "mlp.", n, layer, position) : Mlp(p + "mlp.", n));
        Note("block", layer, position, x);
        return x;
    }

    private double[] Attention(string p, double[] x, int layer, int position)
    {
        int heads = spec.Attention.NumAttentionHeads, qk = spec.Attention.QkHeadDim, v = spec.Attention.ValueDim;
        double scale = AttentionShape.SoftmaxScale(qk, spec.Rope);
        double[] q, keys, values;
        int groups = heads;
        if (spec.Attention is LatentAttentionSpec a)
        {
            q = a.QLoraRank > 0 ? Linear(p + "q_b_proj.weight", Plain.RmsNorm(Linear(p + "q_a_proj.weight", x), weights[p + "q_a_layernorm.weight"], 1e-6)) : Linear(p + "q_proj.weight", x);
            var down = Linear(p + "kv_a_proj_with_mqa.weight", x);
            var rope = down[a.KvLoraRank..];
            Plain.Rotate(rope, position, _frequencies, _magnitude);
            for (int h = 0; h < heads; h++) Plain.Rotate(q.AsSpan((h * qk) + a.QkNopeHeadDim, a.QkRopeHeadDim), position, _frequencies, _magnitude);
            var latent = Plain.RmsNorm(down[..a.KvLoraRank], weights[p + "kv_a_layernorm.weight"], 1e-6);
            if (spec.Formats.Cache == NumberFormat.E4M3) (latent, rope) = (Plain.Quantize(latent), rope.Select(r => (double)BF16.Decode(BF16.Encode((float)r))).ToArray());
            // Inference keeps the latent as it is and never multiplies it by kv_b_proj in one piece.
            var up = Plain.Linear(weights[p + "kv_b_proj.weight"], spec.Precision == TrainingPrecision.Float32 ? latent : Quantized(p + "kv_b_proj.weight", latent));
            int width = a.QkNopeHeadDim + v;
            keys = Enumerable.Range(0, heads).SelectMany(h => up.AsSpan(h * width, a.QkNopeHeadDim).ToArray().Concat(rope)).ToArray();
            values = Enumerable.Range(0, heads).SelectMany(h => up.AsSpan((h * width) + a.QkNopeHeadDim, v).ToArray()).ToArray();
        }
        else
        {
            groups = ((GroupedQueryAttentionSpec)spec.Attention).NumKeyValueHeads;
            q = Linear(p + "q_proj.weight", x);
            keys = Linear(p + "k_proj.weight", x);
            values = Linear(p + "v_proj.weight", x);
            for (int h = 0; h < heads; h++) Plain.Rotate(q.AsSpan(h * qk, qk), position, _frequencies, _magnitude);
            for (int h = 0; h < groups; h++) Plain.Rotate(keys.AsSpan(h * qk, qk), position, _frequencies, _magnitude);
        }

        var cache = _cache[layer];
        if (cache.Count > position) cache.RemoveRange(position, cache.Count - position);
        cache.Add((keys, values));
        var o = new double[heads * v];
        for (int h = 0; h < heads; h++)
        {
            int g = h / (heads / groups);
            var weight = Plain.Softmax(cache.Select(row => scale * Enumerable.Range(0, qk).Sum(i => q[(h * qk) + i] * row.Key[(g * qk) + i])).ToArray());
            for (int j = 0; j < cache.Count; j++)
            {
                for (int i = 0; i < v; i++) o[(h * v) + i] += weight[j] * cache[j].Value[(g * v) + i];
            }
        }

        return Linear(p + "o_proj.weight", o);
    }

    private double[] Mlp(string p, double[] x)
    {
        var gate = Linear(p + "gate_proj.weight", x);
        var up = Linear(p + "up_proj.weight", x);
        return Linear(p + "down_proj.weight", gate.Zip(up, (g, u) => Plain.Silu(g) * u).ToArray());
    }

    private double[] Experts(string p, double[] x, int layer, int position)
    {
        var e = spec.Experts!;
        var logits = Plain.Linear(weights[p + "gate.weight"], x);
        var scores = e.ScoringFunc == ScoringFunc.Sigmoid ? logits.Select(l => 1 / (1 + Math.Exp(-l))).ToArray() : Plain.Softmax(logits);
        var choice = (double[])scores.Clone();
        if (e.TopkMethod == TopkMethod.NoAuxTc)
        {
            var bias = weights[p + "gate.e_score_correction_bias"];
            for (int i = 0; i < choice.Length; i++) choice[i] += bias[i];
        }

        if (e.TopkMethod != TopkMethod.Greedy)
        {
            int size = choice.Length / e.NGroup;
            var worth = Enumerable.Range(0, e.NGroup).Select(g => choice.AsSpan(g * size, size).ToArray().OrderDescending().Take(e.TopkMethod == TopkMethod.NoAuxTc ? 2 : 1).Sum()).ToArray();
            var kept = Enumerable.Range(0, e.NGroup).OrderByDescending(g => worth[g]).Take(e.TopkGroup).ToHashSet();
            for (int i = 0; i < choice.Length; i++) choice[i] = kept.Contains(i / size) ? choice[i] : double.NegativeInfinity;
        }

        var chosen = Enumerable.Range(0, choice.Length).OrderByDescending(i => choice[i]).Take(e.NumExpertsPerTok).ToArray();
        double sum = e.Normalizes ? chosen.Sum(i => scores[i]) : 1;
        Note("experts", layer, position, chosen.Order().Select(i => (double)i).ToArray());
        var y = e.NSharedExperts > 0 ? Mlp(p + "shared_experts.", x) : new double[x.Length];
        foreach (int i in chosen)
        {
            var answer = Mlp($"{p}experts.{i}.", x);
            for (int c = 0; c < y.Length; c++) y[c] += scores[i] / sum * e.EffectiveScale * answer[c];
        }

        return y;
    }
}
