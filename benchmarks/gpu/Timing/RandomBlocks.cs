using System.Runtime.InteropServices;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>Fills device memory with random numbers of a format: a block of them, again and again. What numbers are decides how much power a product takes, so
/// they are those of a model: normally distributed.</summary>
internal sealed class RandomBlocks(OpenDevice device) : IDisposable
{
    private const int BlockBytes = 4 << 20;
    private readonly Dictionary<(NumberFormat, bool), MemoryBuffer1D<byte, Stride1D.Dense>> _blocks = [];

    /// <param name="target">What to fill.</param>
    /// <param name="format">Format of its numbers.</param>
    /// <param name="scales">Whether they are block scales: positive and small.</param>
    public void Fill(ArrayView<byte> target, NumberFormat format, bool scales)
    {
        if (!_blocks.TryGetValue((format, scales), out var block))
        {
            block = DeviceRun.Allocate<byte>(device.Accelerator, BlockBytes, device.Info);
            block.View.BaseView.CopyFromHost<byte>(Block(format, scales));
            _blocks[(format, scales)] = block;
        }

        for (long at = 0; at < target.Length; at += BlockBytes)
        {
            long length = Math.Min(BlockBytes, target.Length - at);
            block.View.BaseView.SubView(0, length).CopyTo(target.SubView(at, length));
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks.Values) block.Dispose();
        _blocks.Clear();
    }

    private static byte[] Block(NumberFormat format, bool scales)
    {
        var random = new Random((int)format);
        var bytes = new byte[BlockBytes];
        float Next() => scales ? (float)((random.NextDouble() + 0.5) * 1e-3)
            : (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        switch (format)
        {
            case NumberFormat.E4M3:
                foreach (ref byte code in bytes.AsSpan()) code = E4M3.Encode(Next() * 64);
                break;
            case NumberFormat.BF16:
                foreach (ref ushort number in MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())) number = BF16.Encode(Next());
                break;
            case NumberFormat.F16:
                foreach (ref System.Half number in MemoryMarshal.Cast<byte, System.Half>(bytes.AsSpan())) number = (System.Half)Next();
                break;
            default:
                foreach (ref float number in MemoryMarshal.Cast<byte, float>(bytes.AsSpan())) number = Next();
                break;
        }

        return bytes;
    }
}
