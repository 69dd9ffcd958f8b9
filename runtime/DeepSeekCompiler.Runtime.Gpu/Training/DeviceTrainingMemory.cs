using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Training;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Training;

/// <summary>All memory of a training pass on a device, float32: values, gradients, the kept activations of every block, and working buffers.</summary>
internal sealed class DeviceTrainingMemory : IDisposable
{
    private readonly OpenDevice _device;
    private readonly List<MemoryBuffer> _owned = [];
    private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> _sums = [];
    private readonly ArrayView<float>[] _values;
    private readonly ArrayView<float>[] _gradients;
    private readonly ArrayView<float>[][] _kept;
    private readonly ArrayView<float>[] _work;
    private readonly ArrayView<float>[] _chunk;

    /// <exception cref="DeviceException">It does not fit.</exception>
    public DeviceTrainingMemory(TrainingLayout layout, OpenDevice device, int batch, int length)
    {
        _device = device;
        var needed = BytesOf(layout, batch, length);
        if (needed > device.Info.MemoryBytes)
        {
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"Training {layout.Info.Name} on {batch} rows of {length} tokens at once needs {needed} bytes, and {device.Info.Name} ({device.Info.Description}) has {device.Info.MemoryBytes}; use smaller micro-batches or shorter rows."));
        }

        _values = new ArrayView<float>[layout.Manifest.Count];
        _gradients = new ArrayView<float>[layout.Manifest.Count];
        try
        {
            AddParameters(layout);
            var tokens = (long)batch * length;
            _kept = [.. Enumerable.Range(0, layout.Blocks).Select(_ => layout.Kept.Select(columns => Allocate(tokens * columns)).ToArray())];
            _work = [.. layout.Work.Select(columns => Allocate(tokens * columns))];
            _chunk = [.. layout.Chunk.Select(columns => Allocate(Math.Min(tokens, TrainingPass.MaxChunk) * columns))];
            ClearGradients();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bytes that a pass takes, those of groups and workspace not counted.</summary>
    public static long BytesOf(TrainingLayout layout, int batch, int length)
    {
        var tokens = (long)batch * length;
        var trained = layout.Manifest.Sum(slot => (long)slot.Rows * slot.Columns);
        return 8 * trained + layout.BytesPerToken * tokens + 4 * (layout.Chunk.Sum(c => (long)c) * Math.Min(tokens, TrainingPass.MaxChunk) + (long)TrainingStep.HeadTile * layout.Info.VocabSize);
    }

    public ArrayView<float> Value(int slot) => _values[slot];

    public ArrayView<float> Gradient(int slot) => _gradients[slot];

    public ArrayView<float> Kept(int block, int index) => _kept[block][index];

    public ArrayView<float> Work(int index) => _work[index];

    public ArrayView<float> Chunk(int index) => _chunk[index];

    public void ClearGradients()
    {
        foreach (var buffer in _sums)
        {
            buffer.View.BaseView.MemSetToZero();
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _owned)
        {
            buffer.Dispose();
        }

        _owned.Clear();
    }

    private void AddParameters(TrainingLayout layout)
    {
        var originals = layout.Originals();
        foreach (var (start, end) in ExpertRuns.Of(layout.Manifest))
        {
            if (originals[start] != start)
            {
                continue;
            }

            var count = (long)layout.Manifest[start].Rows * layout.Manifest[start].Columns;
            ArrayView<float> values = Allocate(count * (end - start)), gradients = Allocate(count * (end - start));
            _sums.Add((MemoryBuffer1D<float, Stride1D.Dense>)_owned[^1]);
            for (var slot = start; slot < end; slot++)
            {
                _values[slot] = values.SubView((slot - start) * count);
                _gradients[slot] = gradients.SubView((slot - start) * count);
            }
        }

        for (var slot = 0; slot < originals.Length; slot++)
        {
            (_values[slot], _gradients[slot]) = (_values[originals[slot]], _gradients[originals[slot]]);
        }
    }

    private ArrayView<float> Allocate(long count)
    {
        var buffer = DeviceRun.Allocate<float>(_device.Accelerator, count, _device.Info);
        _owned.Add(buffer);
        return buffer.View;
    }
}
