using DeepSeekCompiler.Generators.Spec;
using static TorchSharp.torch;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>Rotary embedding on neighbouring pairs, from a table of cosines and sines.</summary>
internal sealed class TorchRope
{
    private readonly Tensor _cos, _sin;

    /// <exception cref="PeerException">The model scales its rotation.</exception>
    public TorchRope(ModelSpec spec, int length)
    {
        if (spec.Rope.Yarn is not null) throw new PeerException("The TorchSharp contender knows no rotary scaling.");
        int dim = spec.Attention.RopeDim;
        var frequencies = pow(spec.Rope.Theta, arange(0, dim, 2, dtype: ScalarType.Float64) / -dim);
        var angles = outer(arange(length, dtype: ScalarType.Float64), frequencies);
        (_cos, _sin) = (angles.cos().to_type(ScalarType.Float32), angles.sin().to_type(ScalarType.Float32));
    }

    /// <param name="x">[tokens, heads, dim].</param>
    /// <param name="position">Of the first token.</param>
    public Tensor Forward(Tensor x, int position)
    {
        var pairs = x.to_type(ScalarType.Float32).reshape(x.shape[0], x.shape[1], -1, 2);
        var (even, odd) = (pairs.select(3, 0), pairs.select(3, 1));
        Tensor cos = _cos.narrow(0, position, x.shape[0]).unsqueeze(1), sin = _sin.narrow(0, position, x.shape[0]).unsqueeze(1);
        return stack([(even * cos) - (odd * sin), (even * sin) + (odd * cos)], 3).reshape(x.shape).to_type(x.dtype);
    }
}
