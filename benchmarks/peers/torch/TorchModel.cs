using System.Globalization;
using DeepSeekCompiler.Generators.Spec;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>The model in torch's words, one sequence with its cache.</summary>
internal sealed class TorchModel
{
    private readonly List<TorchLayer> _layers = [];
    private readonly Tensor _embedding, _head;
    private readonly TorchNorm _norm;

    public TorchModel(ModelSpec spec, TorchWeights weights, int length)
    {
        if (spec.Attention is not LatentAttentionSpec attention) throw new PeerException("The TorchSharp contender knows latent attention alone.");
        var rope = new TorchRope(spec, length);
        _embedding = weights.Get("model.embed_tokens.weight");
        for (int layer = 0; layer < spec.NumHiddenLayers; layer++)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            TorchNorm Norm(string name) => new(weights.Get(prefix + name), spec.RmsNormEps);
            Func<Tensor, Tensor> block = spec.IsExpertLayer(layer) ? new TorchExperts(spec.Experts!, weights, prefix + "mlp.").Forward : new TorchFeedForward(weights, prefix + "mlp.").Forward;
            _layers.Add(new(Norm("input_layernorm.weight"), new TorchAttention(attention, weights, prefix + "self_attn.", rope, length), Norm("post_attention_layernorm.weight"), block));
        }

        _norm = new TorchNorm(weights.Get("model.norm.weight"), spec.RmsNormEps);
        _head = spec.TieWordEmbeddings ? _embedding : weights.Get("lm_head.weight");
    }

    /// <summary>Logits of the last token, in float32.</summary>
    /// <param name="tokens">Ids.</param>
    /// <param name="position">Tokens in the cache.</param>
    public Tensor Forward(ReadOnlySpan<int> tokens, int position)
    {
        var x = _embedding.index_select(0, tensor(tokens.ToArray(), dtype: ScalarType.Int64));
        foreach (var layer in _layers) x = layer.Forward(x, position);
        return linear(_norm.Forward(x.narrow(0, tokens.Length - 1, 1)), _head).to_type(ScalarType.Float32);
    }
}
