using DeepSeekCompiler.Runtime.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>Tensors of a checkpoint as torch has them: copied once, in the format that is computed in.</summary>
internal sealed class TorchWeights(Checkpoint checkpoint, ScalarType type)
{
    /// <summary>Format of activations, weights and cache.</summary>
    public ScalarType Type => type;

    /// <summary>Bytes of a number.</summary>
    public int Width => type == ScalarType.BFloat16 ? 2 : 4;

    /// <summary>In the format that is computed in.</summary>
    public Tensor Get(string name) => Get(name, type);

    /// <summary>In a format of its own.</summary>
    public unsafe Tensor Get(string name, ScalarType wanted)
    {
        var stored = checkpoint.Find(name) ?? throw new PeerException($"The checkpoint has no tensor {name}.");
        var storedType = stored.Type switch
        {
            SafetensorsType.F32 => ScalarType.Float32,
            SafetensorsType.BF16 => ScalarType.BFloat16,
            _ => throw new PeerException($"{name} is stored as {stored.Type}; torch is given F32 and BF16."),
        };
        var tensor = empty([.. stored.Shape], dtype: storedType);
        tensor.bytes = new Span<byte>(stored.Data, checked((int)stored.Bytes));
        if (storedType == wanted) return tensor;
        using (tensor) return tensor.to_type(wanted);
    }
}
