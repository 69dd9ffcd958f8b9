using static TorchSharp.torch;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>Root mean square norm, its statistics in float32.</summary>
internal sealed class TorchNorm(Tensor weight, double epsilon)
{
    public Tensor Forward(Tensor x)
    {
        var wide = x.to_type(ScalarType.Float32);
        return (wide * rsqrt(wide.square().mean([-1L], true) + epsilon)).to_type(x.dtype) * weight;
    }
}
