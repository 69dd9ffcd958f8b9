using DeepSeekCompiler.Generators.Spec;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>Latent attention of a layer with its latent cache: absorbed for a single token, expanded for more.</summary>
internal sealed class TorchAttention
{
    private readonly LatentAttentionSpec _spec;
    private readonly TorchRope _rope;
    private readonly TorchNorm? _queryNorm;
    private readonly TorchNorm _latentNorm;
    private readonly Tensor? _queryDown;
    private readonly Tensor _query, _latent, _expand, _output;

    // The two halves of the expansion, head by head: [heads, nope, latent] and [heads, latent, value].
    private readonly Tensor _keys, _values;

    // [positions, latent + rope].
    private readonly Tensor _cache;
    private readonly double _scale;

    public TorchAttention(LatentAttentionSpec spec, TorchWeights weights, string prefix, TorchRope rope, int length)
    {
        (_spec, _rope) = (spec, rope);
        if (spec.QLoraRank > 0)
        {
            _queryDown = weights.Get(prefix + "q_a_proj.weight");
            _queryNorm = new TorchNorm(weights.Get(prefix + "q_a_layernorm.weight"), spec.LatentNormEps);
        }

        _query = weights.Get(prefix + (spec.QLoraRank > 0 ? "q_b_proj.weight" : "q_proj.weight"));
        _latent = weights.Get(prefix + "kv_a_proj_with_mqa.weight");
        _latentNorm = new TorchNorm(weights.Get(prefix + "kv_a_layernorm.weight"), spec.LatentNormEps);
        _expand = weights.Get(prefix + "kv_b_proj.weight");
        _output = weights.Get(prefix + "o_proj.weight");
        var heads = _expand.view(spec.NumAttentionHeads, spec.QkNopeHeadDim + spec.VHeadDim, spec.KvLoraRank);
        _keys = heads.narrow(1, 0, spec.QkNopeHeadDim).contiguous();
        _values = heads.narrow(1, spec.QkNopeHeadDim, spec.VHeadDim).transpose(1, 2).contiguous();
        _cache = zeros(length, spec.CacheRow, dtype: weights.Type);
        _scale = 1 / Math.Sqrt(spec.QkHeadDim);
    }

    /// <param name="x">[tokens, hidden], normalised.</param>
    /// <param name="position">Tokens in the cache.</param>
    public Tensor Forward(Tensor x, int position)
    {
        long tokens = x.shape[0];
        var query = linear(_queryDown is null ? x : _queryNorm!.Forward(linear(x, _queryDown)), _query).view(tokens, _spec.NumAttentionHeads, _spec.QkHeadDim);
        Tensor plain = query.narrow(2, 0, _spec.QkNopeHeadDim), turned = _rope.Forward(query.narrow(2, _spec.QkNopeHeadDim, _spec.QkRopeHeadDim), position);
        var row = linear(x, _latent);
        var latent = _latentNorm.Forward(row.narrow(1, 0, _spec.KvLoraRank));
        var key = _rope.Forward(row.narrow(1, _spec.KvLoraRank, _spec.QkRopeHeadDim).unsqueeze(1), position).squeeze(1);
        _cache.narrow(0, position, tokens).copy_(cat([latent, key], 1));
        var seen = _cache.narrow(0, 0, position + tokens);
        return linear(tokens == 1 ? Absorbed(plain, turned, seen) : Expanded(plain, turned, seen, position), _output);
    }

    private Tensor Absorbed(Tensor plain, Tensor turned, Tensor seen)
    {
        var query = cat([bmm(plain.transpose(0, 1), _keys).squeeze(1), turned.squeeze(0)], 1);
        var weights = (query.matmul(seen.t()) * _scale).softmax(-1, ScalarType.Float32).to_type(query.dtype);
        var answer = weights.matmul(seen.narrow(1, 0, _spec.KvLoraRank));
        return bmm(answer.unsqueeze(1), _values).view(1, -1);
    }

    private Tensor Expanded(Tensor plain, Tensor turned, Tensor seen, int position)
    {
        long tokens = plain.shape[0], all = seen.shape[0];
        var expanded = linear(seen.narrow(1, 0, _spec.KvLoraRank), _expand).view(all, _spec.NumAttentionHeads, -1);
        var shared = seen.narrow(1, _spec.KvLoraRank, _spec.QkRopeHeadDim).unsqueeze(1).expand(all, _spec.NumAttentionHeads, -1);
        Tensor query = cat([plain, turned], 2), keys = cat([expanded.narrow(2, 0, _spec.QkNopeHeadDim), shared], 2);

        // The fused kernel wants values as wide as keys; the zeros are cut off again.
        var values = pad(expanded.narrow(2, _spec.QkNopeHeadDim, _spec.VHeadDim), [0, _spec.QkHeadDim - _spec.VHeadDim]);
        var mask = position == 0 ? null : ones(tokens, all, dtype: ScalarType.Bool).tril(position);
        var answer = scaled_dot_product_attention(Heads(query), Heads(keys), Heads(values), mask, 0, position == 0);
        return answer.squeeze(0).transpose(0, 1).narrow(2, 0, _spec.VHeadDim).reshape(tokens, -1);
    }

    private static Tensor Heads(Tensor x) => x.transpose(0, 1).unsqueeze(0);
}
