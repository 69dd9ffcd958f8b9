using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>What a training pass computes on the host beside its parameters: the kept activations of every block, and working buffers.</summary>
internal sealed unsafe class TrainingActivations : IDisposable
{
    private readonly NativeBlock[][] _kept;
    private readonly NativeBlock[] _work;
    private readonly NativeBlock[] _chunk;

    public TrainingActivations(TrainingLayout layout, int batch, int length)
    {
        long tokens = (long)batch * length;
        _kept = [.. Enumerable.Range(0, layout.Blocks).Select(_ => layout.Kept.Select(columns => Buffer(tokens, columns)).ToArray())];
        _work = [.. layout.Work.Select(columns => Buffer(tokens, columns))];
        _chunk = [.. layout.Chunk.Select(columns => Buffer(Math.Min(tokens, TrainingPass.MaxChunk), columns))];
    }

    public float* Kept(int block, int index) => (float*)_kept[block][index].Pointer;

    public float* Work(int index) => (float*)_work[index].Pointer;

    public float* Chunk(int index) => (float*)_chunk[index].Pointer;

    public void Dispose()
    {
        foreach (var buffer in _kept.SelectMany(b => b).Concat(_work).Concat(_chunk)) buffer.Dispose();
    }

    private static NativeBlock Buffer(long tokens, int columns) => new(HostRun.Rounded(tokens * columns) * sizeof(float));
}
