using System.Globalization;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>The weights of a model in device memory, each in its stored format; the experts of a projection share a buffer (<see cref="ExpertRuns"/>).</summary>
internal sealed unsafe class DeviceWeights : IDisposable
{
    private const long ChunkBytes = 64L << 20;

    private readonly List<MemoryBuffer> _buffers = [];
    private readonly ArrayView<byte>[] _data;
    private readonly ArrayView<float>[] _scales;

    private DeviceWeights(int count) => (_data, _scales) = (new ArrayView<byte>[count], new ArrayView<float>[count]);

    /// <summary>The weights of no model: for kernels by themselves.</summary>
    public static DeviceWeights None => new(0);

    public ArrayView<byte> Data(int index) => _data[index];

    public ArrayView<float> Scale(int index) => _scales[index];

    /// <summary>Bytes that the weights of a model take on a device.</summary>
    public static long BytesOf(CompiledModel model) => model.Manifest.Sum(slot => slot.Bytes + 4 * ScaleCount(slot));

    /// <summary>Copies everything to the device.</summary>
    /// <param name="device">Where to.</param>
    /// <param name="model">Bound weights.</param>
    /// <param name="progress">Told (bytes done, bytes in all).</param>
    /// <exception cref="DeviceException">They do not fit.</exception>
    public static DeviceWeights Upload(OpenDevice device, CompiledModel model, Action<long, long>? progress)
    {
        var total = BytesOf(model);
        if (total > device.Info.MemoryBytes)
        {
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Info.Name} needs {total} bytes for its weights, and {device.Info.Name} ({device.Info.Description}) has {device.Info.MemoryBytes}."));
        }

        var slots = model.Manifest;
        var weights = new DeviceWeights(slots.Count);
        try
        {
            long done = 0;
            foreach (var (start, end) in ExpertRuns.Of(slots))
            {
                done = weights.Copy(device, model, start, end, done, total, progress);
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }

        _buffers.Clear();
    }

    private long Copy(OpenDevice device, CompiledModel model, int start, int end, long done, long total, Action<long, long>? progress)
    {
        var slot = model.Manifest[start];
        long bytes = slot.Bytes, scales = ScaleCount(slot);
        // Views of wider numbers want a whole number of them.
        var data = DeviceRun.Allocate<byte>(device.Accelerator, (bytes * (end - start) + 15) & ~15L, device.Info);
        _buffers.Add(data);
        MemoryBuffer1D<float, Stride1D.Dense>? scale = null;
        if (scales > 0)
        {
            scale = DeviceRun.Allocate<float>(device.Accelerator, scales * (end - start), device.Info);
            _buffers.Add(scale);
        }

        for (var i = start; i < end; i++)
        {
            var weight = model.WeightAt(i);
            var at = bytes * (i - start);
            _data[i] = data.View.BaseView.SubView(at);
            for (long offset = 0; offset < bytes; offset += ChunkBytes)
            {
                var length = Math.Min(ChunkBytes, bytes - offset);
                data.View.BaseView.SubView(at + offset, length).CopyFromHost(new ReadOnlySpan<byte>(weight.Data + offset, (int)length));
                progress?.Invoke(done += length, total);
            }

            if (scale is not null)
            {
                _scales[i] = scale.View.BaseView.SubView(scales * (i - start));
                _scales[i].CopyFromHost(new ReadOnlySpan<float>(weight.Scale, checked((int)scales)));
                done += 4 * scales;
            }
        }

        return done;
    }

    private static long ScaleCount(TensorSlot slot) => slot.Format == StorageFormat.E4M3 ? (slot.Rows + 127L) / 128 * ((slot.Columns + 127L) / 128) : 0;
}
