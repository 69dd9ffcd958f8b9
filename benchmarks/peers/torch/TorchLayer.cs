using static TorchSharp.torch;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>A decoder layer: attention and a feed-forward block, each behind a norm and beside the residual stream.</summary>
internal sealed record TorchLayer(TorchNorm AttentionNorm, TorchAttention Attention, TorchNorm BlockNorm, Func<Tensor, Tensor> Block)
{
    /// <param name="x">[tokens, hidden].</param>
    /// <param name="position">Tokens in the cache.</param>
    public Tensor Forward(Tensor x, int position)
    {
        using var scope = NewDisposeScope();
        x = x + Attention.Forward(AttentionNorm.Forward(x), position);
        return (x + Block(BlockNorm.Forward(x))).MoveToOuterDisposeScope();
    }
}
