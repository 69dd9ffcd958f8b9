using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Models.Tests.Reference;

/// <summary>The tensors of a checkpoint folder as doubles, block scales applied in float32 as the formats say.</summary>
internal sealed class ReferenceWeights : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly Dictionary<string, double[]> _values = [];

    public ReferenceWeights(string folder) => _checkpoint = Checkpoint.Open(folder);

    public bool IsFp8(string name) => _checkpoint.Find(name)!.Type == SafetensorsType.F8E4M3;

    public bool Has(string name) => _checkpoint.Find(name) is not null;

    public unsafe double[] this[string name]
    {
        get
        {
            if (_values.TryGetValue(name, out var values)) return values;
            var tensor = _checkpoint.Find(name) ?? throw new KeyNotFoundException(name);
            byte* data = tensor.Data;
            values = new double[tensor.Shape.Aggregate(1L, (a, b) => a * b)];
            float* scales = tensor.Type == SafetensorsType.F8E4M3 ? (float*)_checkpoint.Find(name + "_scale_inv")!.Data : null;
            long columns = tensor.Shape[^1];
            for (long i = 0; i < values.Length; i++)
            {
                values[i] = tensor.Type switch
                {
                    SafetensorsType.F32 => ((float*)data)[i],
                    SafetensorsType.BF16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[i] << 16),
                    SafetensorsType.F16 => (double)((Half*)data)[i],
                    _ => E4M3.Decode(data[i]) * scales[(i / columns / 128 * ((columns + 127) / 128)) + (i % columns / 128)],
                };
            }

            return _values[name] = values;
        }
    }

    public void Dispose() => _checkpoint.Dispose();
}
