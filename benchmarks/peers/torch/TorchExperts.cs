using System.Globalization;
using DeepSeekCompiler.Generators.Spec;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DeepSeekCompiler.Peers.Torch;

// Declarations have enumerations of the same names.
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

/// <summary>Mixture of experts: tokens are sorted by expert, and each expert multiplies its own together.</summary>
internal sealed class TorchExperts
{
    private readonly MixtureOfExpertsSpec _spec;
    private readonly TorchFeedForward[] _experts;
    private readonly TorchFeedForward? _shared;
    private readonly Tensor _router;
    private readonly Tensor? _bias;

    /// <exception cref="PeerException">Experts are chosen in a way that is not known here.</exception>
    public TorchExperts(MixtureOfExpertsSpec spec, TorchWeights weights, string prefix)
    {
        if (spec.TopkMethod == TopkMethod.GroupLimitedGreedy) throw new PeerException("The TorchSharp contender ranks groups of experts by their two best alone.");
        _spec = spec;
        _router = weights.Get(prefix + "gate.weight", ScalarType.Float32);
        if (spec.TopkMethod == TopkMethod.NoAuxTc) _bias = weights.Get(prefix + "gate.e_score_correction_bias", ScalarType.Float32);
        _experts = [.. Enumerable.Range(0, spec.NRoutedExperts).Select(e => new TorchFeedForward(weights, string.Create(CultureInfo.InvariantCulture, $"{prefix}experts.{e}.")))];
        if (spec.NSharedExperts > 0) _shared = new TorchFeedForward(weights, prefix + "shared_experts.");
    }

    /// <param name="x">[tokens, hidden], normalised.</param>
    public Tensor Forward(Tensor x)
    {
        var (chosen, shares) = Choose(x.to_type(ScalarType.Float32));
        var order = chosen.flatten().argsort();
        var tokens = order.div(_spec.NumExpertsPerTok, RoundingMode.floor);
        var counts = bincount(chosen.flatten(), minlength: _spec.NRoutedExperts).data<long>().ToArray();
        var ordered = shares.flatten().index_select(0, order).to_type(x.dtype).unsqueeze(1);
        var result = _shared is null ? zeros_like(x) : _shared.Forward(x);
        for (long expert = 0, first = 0; expert < counts.Length; first += counts[expert++])
        {
            if (counts[expert] == 0) continue;
            var own = tokens.narrow(0, first, counts[expert]);
            result.index_add_(0, own, _experts[expert].Forward(x.index_select(0, own)) * ordered.narrow(0, first, counts[expert]), 1);
        }

        return result;
    }

    private (Tensor Chosen, Tensor Shares) Choose(Tensor x)
    {
        var logits = linear(x, _router);
        var scores = _spec.ScoringFunc == ScoringFunc.Sigmoid ? logits.sigmoid() : logits.softmax(-1);
        var ranked = _bias is null ? scores : scores + _bias;
        if (_spec.NGroup > 1)
        {
            var groups = ranked.view(x.shape[0], _spec.NGroup, -1);
            var best = groups.topk(2, -1).values.sum(-1).topk(_spec.TopkGroup, -1).indexes;
            var kept = zeros(x.shape[0], _spec.NGroup, dtype: ScalarType.Bool).scatter_(1, best, ones_like(best, dtype: ScalarType.Bool)).unsqueeze(-1);
            ranked = groups.masked_fill(kept.logical_not(), double.NegativeInfinity).view(x.shape[0], -1);
        }

        var chosen = ranked.topk(_spec.NumExpertsPerTok, -1).indexes;
        var shares = scores.gather(1, chosen);
        if (_spec.Normalizes) shares = shares / shares.sum(-1, keepdim: true);
        return (chosen, shares * _spec.EffectiveScale);
    }
}
