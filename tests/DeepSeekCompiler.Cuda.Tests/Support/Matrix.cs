using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Cuda.Tests.Support;

/// <summary>A random matrix (or several, one behind the other) as kernels get it, beside what its numbers are.</summary>
internal sealed class Matrix
{
    private readonly int _blocks;

    /// <param name="memory">The device's.</param>
    /// <param name="random">Where numbers come from.</param>
    /// <param name="format">How they are stored.</param>
    /// <param name="rows">Rows of one.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="count">How many.</param>
    /// <param name="whole">Whole numbers, scales that are powers of two.</param>
    /// <param name="number">Other bfloat16 numbers than those; null for those.</param>
    public Matrix(DeviceMemory memory, Random random, NumberFormat format, int rows, int columns, int count = 1, bool whole = false, Func<Random, double>? number = null)
    {
        (Rows, Columns) = (rows, columns);
        int blockColumns = (columns + 127) / 128;
        _blocks = (rows + 127) / 128 * blockColumns;
        var scales = new float[count * _blocks];
        for (int i = 0; i < scales.Length; i++) scales[i] = whole ? 1f / (1 << random.Next(4)) : (float)((random.NextDouble() + 0.5) * 1e-3);
        var values = new double[(long)count * rows * columns];
        if (format == NumberFormat.E4M3)
        {
            var codes = new byte[values.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                int at = i % (rows * columns);
                codes[i] = E4M3.Encode(whole ? random.Next(-8, 9) : (float)((random.NextDouble() * 896) - 448));
                values[i] = (double)E4M3.Decode(codes[i]) * scales[(i / (rows * columns) * _blocks) + (at / columns / 128 * blockColumns) + (at % columns / 128)];
            }

            Arguments = [memory.Of<byte>(codes), memory.Of<float>(scales)];
        }
        else
        {
            var codes = new ushort[values.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                codes[i] = BF16.Encode(number is not null ? (float)number(random) : whole ? random.Next(-8, 9) : (float)((random.NextDouble() * 2) - 1));
                values[i] = BF16.Decode(codes[i]);
            }

            Arguments = [memory.Of<ushort>(codes)];
        }

        Values = values;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Codes, and scales where the format has them.</summary>
    public object[] Arguments { get; }

    public double[] Values { get; }

    /// <summary>Numbers of one of several.</summary>
    public double[] Part(int i) => Values.AsSpan(i * Rows * Columns, Rows * Columns).ToArray();
}
