using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>A gated feed-forward block: the dense one, a shared one, or an expert.</summary>
internal sealed class TorchFeedForward(TorchWeights weights, string prefix)
{
    private readonly Tensor _gate = weights.Get(prefix + "gate_proj.weight"), _up = weights.Get(prefix + "up_proj.weight"), _down = weights.Get(prefix + "down_proj.weight");

    public Tensor Forward(Tensor x) => linear(silu(linear(x, _gate)) * linear(x, _up), _down);
}
