using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>The parameters of a training pass: one block of values, one of gradients.</summary>
internal sealed unsafe class TrainingMemory : IDisposable
{
    private readonly NativeBlock _values;
    private readonly NativeBlock _gradients;
    private readonly NativeBlock _tables;
    private readonly long _numbers;

    public TrainingMemory(TrainingLayout layout)
    {
        int slots = layout.Manifest.Count;
        var starts = new long[slots];
        int[] original = layout.Originals();
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
            if (original[i] == i && !biases.Contains(i)) parameters.Add(new(i, slot.Name, slot.Rows, slot.Columns, slot.IsVector, Values[i], Gradients[i]));
        }

        Parameters = parameters;
        ExpertLayers = [.. layout.ExpertLayers.Select(e => new ExpertLayer(e.Layer, e.BiasSlot, e.BiasSlot < 0 ? null : layout.Manifest[e.BiasSlot].Name, e.BiasSlot < 0 ? null : Values[e.BiasSlot], layout.Experts))];
    }

    public IReadOnlyList<TrainingParameter> Parameters { get; }

    public IReadOnlyList<ExpertLayer> ExpertLayers { get; }

    public float** Values { get; }

    public float** Gradients { get; }

    public void ClearGradients() => NativeMemory.Clear(_gradients.Pointer, (nuint)(_numbers * sizeof(float)));

    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
        _tables.Dispose();
    }

    private static NativeBlock Zeroed(long numbers)
    {
        var block = new NativeBlock(numbers * sizeof(float));
        NativeMemory.Clear(block.Pointer, (nuint)(numbers * sizeof(float)));
        return block;
    }
}
