using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name, in memory of the simulated device.</summary>
public abstract unsafe class DeviceTrainingProgram
{
    private ArrayView<float>[] _values = [], _gradients = [], _work = [], _chunk = [];
    private ArrayView<float>[][] _kept = [];

    public abstract int Threads { get; }

    protected internal abstract void Forward(DeviceRun run, DeviceTrainingStep step);

    protected internal abstract void Backward(DeviceRun run, DeviceTrainingStep step);

    protected internal abstract ArrayView<int> Chosen(int block);

    public ArrayView<float> Value(int slot) => _values[slot];

    public ArrayView<float> Gradient(int slot) => _gradients[slot];

    protected ArrayView<float> Values(int slot) => _values[slot];

    protected ArrayView<float> Gradients(int slot) => _gradients[slot];

    protected ArrayView<float> Kept(int block, int index) => _kept[block][index];

    protected ArrayView<float> Work(int index) => _work[index];

    protected ArrayView<float> Chunk(int index) => _chunk[index];

    protected static void Clear(ArrayView<float> numbers, long count) => new Span<float>(numbers.SubView(0, count).Start, (int)count).Clear();

    protected static void Copy(ArrayView<float> from, ArrayView<float> to, long count) =>
        new Span<float>(from.SubView(0, count).Start, (int)count).CopyTo(new Span<float>(to.SubView(0, count).Start, (int)count));

    /// <summary>Tensors one behind the other, gradients zero.</summary>
    internal void Place(TrainingLayout layout, DeviceMemory memory, int tokens)
    {
        var slots = layout.Manifest;
        int[] originals = layout.Originals();
        long all = slots.Sum(s => (long)s.Rows * s.Columns), at = 0;
        ArrayView<float> values = memory.Allocate<float>(all), gradients = memory.Allocate<float>(all);
        new Span<float>(gradients.Start, (int)all).Clear();
        (_values, _gradients) = (new ArrayView<float>[slots.Count], new ArrayView<float>[slots.Count]);
        for (int i = 0; i < slots.Count; at += (long)slots[i].Rows * slots[i].Columns, i++) (_values[i], _gradients[i]) = (values.SubView(at), gradients.SubView(at));
        for (int i = 0; i < slots.Count; i++) (_values[i], _gradients[i]) = (_values[originals[i]], _gradients[originals[i]]);
        // A row more: experts without slots stand behind the last one, and look at nothing there.
        tokens++;
        _kept = [.. Enumerable.Range(0, layout.Blocks).Select(_ => layout.Kept.Select(c => memory.Allocate<float>((long)c * tokens)).ToArray())];
        _work = [.. layout.Work.Select(c => memory.Allocate<float>((long)c * tokens))];
        _chunk = [.. layout.Chunk.Select(c => memory.Allocate<float>((long)c * tokens))];
    }
}

/// <summary>Stands in for the runtime's class of the name: numbers lie as in the host's step.</summary>
public sealed unsafe class DeviceTrainingStep
{
    private readonly TrainingStep _host;
    private readonly ArrayView<int> _numbers;
    private readonly ArrayView<float> _floats;

    internal DeviceTrainingStep(TrainingStep host, DeviceMemory memory, int vocabulary)
    {
        _host = host;
        _numbers = memory.Of<int>(host.Numbers);
        _floats = memory.Of<float>(host.Floats);
        Rope = memory.Of(host.RopeNumbers);
        Logits = memory.Allocate<float>((long)TrainingStep.HeadTile * vocabulary);
    }

    public int Batch => _host.Batch;

    public int Length => _host.Length;

    public bool Backward => _host.Backward;

    public ArrayView<int> Ids => At(_host.Ids);

    public ArrayView<int> Targets => At(_host.Targets);

    public ArrayView<int> MtpIds => At(_host.MtpIds);

    public ArrayView<int> MtpTargets => At(_host.MtpTargets);

    public ArrayView<int> MtpRows => At(_host.MtpRows);

    public ArrayView<float> Margins => At(_host.Margins);

    public ArrayView<float> Totals => At(_host.Totals);

    public ArrayView<float> MtpMargins => At(_host.MtpMargins);

    public ArrayView<float> MtpTotals => At(_host.MtpTotals);

    public ArrayView<float> MainFactor => At(_host.MainFactor);

    public ArrayView<float> MtpFactor => At(_host.MtpFactor);

    public ArrayView<float> BalanceFactor => At(_host.BalanceFactor);

    public ArrayView<float> Rope { get; }

    public ArrayView<float> Logits { get; }

    public ArrayView<float> Balance(int block) => At(_host.Balance(block));

    public ArrayView<float> BalanceSlope(int block) => At(_host.BalanceSlope(block));

    /// <summary>Losses, back into the host's step.</summary>
    internal void Receive() => new Span<float>(_floats.Start, _host.Floats.Length).CopyTo(_host.Floats);

    private ArrayView<int> At(int* host) => _numbers.SubView(host - _host.Ids);

    private ArrayView<float> At(float* host) => _floats.SubView(host - _host.Margins);
}
