using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>All memory of a training pass: one block of values, one of gradients, the kept activations of every block, and working buffers.</summary>
internal sealed unsafe class TrainingMemory : IDisposable
{
    private readonly NativeBlock _values;
    private readonly NativeBlock _gradients;
    private readonly NativeBlock _tables;
    private readonly NativeBlock[][] _kept;
    private readonly NativeBlock[] _work;
    private readonly NativeBlock[] _chunk;
    private readonly long _numbers;

    public TrainingMemory(TrainingLayout layout, int batch, int length)
    {
        int slots = layout.Manifest.Count;
        var starts = new long[slots];
        var original = Enumerable.Range(0, slots).ToArray();
        foreach (var (copy, owner) in layout.Tied) original[copy] = owner;
        for (int i = 0; i < slots; i++)
        {
            starts[i] = _numbers;
            if (original[i] == i) _numbers += HostRun.Rounded((long)layout.Manifest[i].Rows * layout.Manifest[i].Columns);
        }

        _values = Zeroed(_numbers);
        _gradients = Zeroed(_numbers);
        _tables = new NativeBlock(2L * slots * sizeof(float*));
        Values = (float**)_tables.Pointer;
        Gradients = Values + slots;
        var biases = layout.ExpertLayers.Select(e => e.BiasSlot).ToHashSet();
        var parameters = new List<TrainingParameter>();
        for (int i = 0; i < slots; i++)
        {
            Values[i] = (float*)_values.Pointer + starts[original[i]];
            Gradients[i] = (float*)_gradients.Pointer + starts[original[i]];
            var slot = layout.Manifest[i];
            if (original[i] == i && !biases.Contains(i)) parameters.Add(new(slot.Name, slot.Rows, slot.Columns, slot.IsVector, Values[i], Gradients[i]));
        }

        Parameters = parameters;
        ExpertLayers = [.. layout.ExpertLayers.Select(e => new ExpertLayer(e.Layer, e.BiasSlot < 0 ? null : layout.Manifest[e.BiasSlot].Name, e.BiasSlot < 0 ? null : Values[e.BiasSlot], layout.Experts))];
        long tokens = (long)batch * length;
        _kept = [.. Enumerable.Range(0, layout.Blocks).Select(_ => layout.Kept.Select(columns => Buffer(tokens, columns)).ToArray())];
        _work = [.. layout.Work.Select(columns => Buffer(tokens, columns))];
        _chunk = [.. layout.Chunk.Select(columns => Buffer(Math.Min(tokens, TrainingPass.MaxChunk), columns))];
    }

    public IReadOnlyList<TrainingParameter> Parameters { get; }

    public IReadOnlyList<ExpertLayer> ExpertLayers { get; }

    public float** Values { get; }

    public float** Gradients { get; }

    public float* Kept(int block, int index) => (float*)_kept[block][index].Pointer;

    public float* Work(int index) => (float*)_work[index].Pointer;

    public float* Chunk(int index) => (float*)_chunk[index].Pointer;

    public void ClearGradients() => NativeMemory.Clear(_gradients.Pointer, (nuint)(_numbers * sizeof(float)));

    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
        _tables.Dispose();
        foreach (var buffer in _kept.SelectMany(b => b).Concat(_work).Concat(_chunk)) buffer.Dispose();
    }

    private static NativeBlock Buffer(long tokens, int columns) => new(HostRun.Rounded(tokens * columns) * sizeof(float));

    private static NativeBlock Zeroed(long numbers)
    {
        var block = new NativeBlock(numbers * sizeof(float));
        NativeMemory.Clear(block.Pointer, (nuint)(numbers * sizeof(float)));
        return block;
    }
}
