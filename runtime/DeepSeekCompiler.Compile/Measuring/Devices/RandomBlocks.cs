using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Compile.Measuring.Devices;

/// <summary>Fills device memory with random numbers of a format: a block of them, again and again.</summary>
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
            block.View.BaseView.CopyFromHost<byte>(RandomNumbers.Block(format, scales, BlockBytes));
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
}
