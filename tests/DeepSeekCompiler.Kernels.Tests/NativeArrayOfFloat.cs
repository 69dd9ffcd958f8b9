namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Rows of float32 in native memory.</summary>
internal sealed unsafe class NativeArrayOfFloat(int length) : INativeMemory, IDisposable
{
    private readonly NativeArray<float> _array = new(length);

    public nint Address => _array.Address;

    public int Bytes => _array.Bytes;

    public Span<float> Span => _array.Span;

    public double[] Row(int row, int columns) => Span.Slice(row * columns, columns).ToArray().Select(v => (double)v).ToArray();

    public void Dispose() => _array.Dispose();
}
