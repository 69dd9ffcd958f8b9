using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>A random matrix in a storage format, beside what its numbers are.</summary>
internal sealed unsafe class TestWeight : IDisposable
{
    private readonly NativeArray<byte> _data;
    private readonly NativeArray<float>? _scales;

    public TestWeight(Random random, NumberFormat format, int rows, int columns)
    {
        Values = new double[rows * columns];
        int size = format.Bytes();
        _data = new NativeArray<byte>(rows * columns * size);
        int blockColumns = (columns + 127) / 128;
        if (format == NumberFormat.E4M3)
        {
            _scales = new NativeArray<float>((rows + 127) / 128 * blockColumns);
            foreach (ref float scale in _scales.Span) scale = (float)((random.NextDouble() + 0.5) * 1e-3);
        }

        for (int i = 0; i < Values.Length; i++)
        {
            float value = (float)((random.NextDouble() * 2) - 1);
            switch (format)
            {
                case NumberFormat.F32:
                    ((float*)_data.Pointer)[i] = value;
                    Values[i] = value;
                    break;
                case NumberFormat.BF16:
                    ((ushort*)_data.Pointer)[i] = BF16.Encode(value);
                    Values[i] = BF16.Decode(BF16.Encode(value));
                    break;
                case NumberFormat.F16:
                    ((Half*)_data.Pointer)[i] = (Half)value;
                    Values[i] = (double)(Half)value;
                    break;
                default:
                    byte code = E4M3.Encode(value * 448);
                    _data.Pointer[i] = code;
                    Values[i] = E4M3.Decode(code) * _scales!.Pointer[(i / columns / 128 * blockColumns) + (i % columns / 128)];
                    break;
            }
        }
    }

    public double[] Values { get; }

    public INativeMemory Data => _data;

    /// <summary>What kernels are given for it.</summary>
    public object[] Arguments => Scales is null ? [Data] : [Data, Scales];

    /// <summary>Block scales; null where the format has none.</summary>
    public INativeMemory? Scales => _scales;

    public void Dispose()
    {
        _data.Dispose();
        _scales?.Dispose();
    }
}
