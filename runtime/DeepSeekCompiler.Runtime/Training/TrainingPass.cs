using System.Globalization;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Training;

/// <summary>Base of every generated training pass: parameters, gradients, and one call that runs a micro-batch forward and backward.</summary>
/// <remarks>
/// Deterministic: the same values, tokens and number of threads (on a device, the same device) give the same bits. Not thread-safe.
/// A declaration with <c>[Trainable]</c> has it as the nested class <c>Training</c>; for a configuration, <c>TrainingCompiler.Open</c> of
/// DeepSeekCompiler.Compile makes one.
/// </remarks>
public abstract unsafe class TrainingPass : IDisposable
{
    /// <summary>The longest row.</summary>
    public const int MaxLength = 4096;

    /// <summary>Tokens that go through a block's projections together.</summary>
    public const int MaxChunk = 512;

    private readonly TrainingMemory _memory;
    private readonly TrainingStep _step;
    private TrainingActivations? _activations;
    private ITrainingEngine? _engine;
    private LossOptions _options = new();
    private bool _disposed;

    /// <param name="layout">The generated facts.</param>
    /// <param name="batch">Most rows of a micro-batch.</param>
    /// <param name="length">Most tokens of a row.</param>
    /// <param name="threads">0 for all processors.</param>
    /// <exception cref="ArgumentException">A size below 1, or a row longer than <see cref="MaxLength"/>.</exception>
    protected TrainingPass(TrainingLayout layout, int batch, int length, int threads)
    {
        ArgumentNullException.ThrowIfNull(layout);
        TrainingChecks.Sizes(layout, batch, length, threads);
        Layout = layout;
        MaxBatch = batch;
        MaxRow = length;
        Run = new HostRun(threads == 0 ? Environment.ProcessorCount : threads);
        _memory = new TrainingMemory(layout);
        _step = new TrainingStep(layout, batch, length);
    }

    public TrainingLayout Layout { get; }

    /// <summary>Most rows of a micro-batch.</summary>
    public int MaxBatch { get; }

    /// <summary>Most tokens of a row.</summary>
    public int MaxRow { get; }

    /// <summary>What is trained, in the order of the checkpoint; tied tensors once, correction biases not at all.</summary>
    public IReadOnlyList<TrainingParameter> Parameters => _memory.Parameters;

    /// <summary>The expert blocks with their correction biases and loads.</summary>
    public IReadOnlyList<ExpertLayer> ExpertLayers => _memory.ExpertLayers;

    /// <summary>Where it computes: <c>host</c>, or the name of a device.</summary>
    public string Device => _engine?.Device ?? "host";

    /// <summary>The threads that compute on the host; an optimiser may use them too.</summary>
    public HostRun Run { get; }

    /// <summary>Runs a micro-batch: the losses, and, with <see cref="LossOptions.Backward"/>, their scaled gradients added to those of the parameters.</summary>
    /// <param name="tokens">[batch, length] ids. A negative id is padding at the end of a row: no loss at it or towards it, and no expert load.
    /// (Attention is causal, so it touches no token in front of it.)</param>
    /// <param name="batch">Rows.</param>
    /// <param name="length">Tokens of a row: 2 at least, 3 with an MTP module.</param>
    /// <param name="options">Scales.</param>
    /// <exception cref="ArgumentException">Sizes beyond those of the pass, or an id outside the vocabulary.</exception>
    public MicroBatchLoss Accumulate(ReadOnlySpan<int> tokens, int batch, int length, LossOptions options)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(options);
        TrainingChecks.Batch(tokens, batch, length, this);
        _options = options;
        _step.Prepare(tokens, batch, length, options);
        if (_engine is null) Run.Lead(&Lead, this);
        else OnDevice(_engine, options.Backward);
        CountLoads();
        return _step.Loss();
    }

    /// <summary>Computes on a device from now on; the pass owns it.</summary>
    internal void RunOn(ITrainingEngine engine)
    {
        _engine?.Dispose();
        _engine = engine;
        _activations?.Dispose();
        _activations = null;
    }

    /// <summary>Makes all gradients and loads zero.</summary>
    public void ClearGradients()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _memory.ClearGradients();
        _engine?.ClearGradients();
        foreach (var parameter in Parameters) parameter.Newer = null;
        foreach (var layer in ExpertLayers) Array.Clear(layer.Load);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _engine?.Dispose();
        Run.Dispose();
        _memory.Dispose();
        _activations?.Dispose();
        _step.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Layout.Info.Name}: {Parameters.Sum(p => p.Count)} trained numbers, up to {MaxBatch} rows of {MaxRow} tokens, {Layout.Precision} products");

    /// <summary>Forward pass of all blocks and losses.</summary>
    protected abstract void Forward(HostRun run, TrainingStep step);

    /// <summary>Backward pass, last block first.</summary>
    protected abstract void Backward(HostRun run, TrainingStep step);

    /// <summary>Values of a manifest slot.</summary>
    protected float* Value(int slot) => _memory.Values[slot];

    /// <summary>Gradients of a manifest slot.</summary>
    protected float* Gradient(int slot) => _memory.Gradients[slot];

    /// <summary>Values of the experts from a slot on.</summary>
    protected byte** Values(int slot) => (byte**)(_memory.Values + slot);

    /// <summary>Gradients of the experts from a slot on.</summary>
    protected byte** Gradients(int slot) => (byte**)(_memory.Gradients + slot);

    /// <summary>A buffer that a block keeps for the backward pass.</summary>
    protected float* Kept(int block, int index) => Activations.Kept(block, index);

    /// <summary>A working buffer.</summary>
    protected float* Work(int index) => Activations.Work(index);

    /// <summary>A working buffer of a chunk of tokens.</summary>
    protected float* Chunk(int index) => Activations.Chunk(index);

    /// <summary>Makes numbers zero.</summary>
    protected static void Clear(float* numbers, long count) => NativeMemory.Clear(numbers, checked((nuint)count * sizeof(float)));

    /// <summary>Copies numbers.</summary>
    protected static void Copy(float* from, float* to, long count) => NativeMemory.Copy(from, to, checked((nuint)count * sizeof(float)));

    /// <summary>Where the experts of the tokens of an expert block were noted by the forward pass: [tokens, k].</summary>
    protected abstract int* Chosen(int block);

    // Made when the host computes: a pass on a device has its own.
    private TrainingActivations Activations => _activations ??= new TrainingActivations(Layout, MaxBatch, MaxRow);

    private static void Lead(object state)
    {
        var pass = (TrainingPass)state;
        pass.Forward(pass.Run, pass._step);
        if (pass._options.Backward) pass.Backward(pass.Run, pass._step);
    }

    private void OnDevice(ITrainingEngine engine, bool backward)
    {
        foreach (var parameter in Parameters) parameter.Send(engine);
        foreach (var layer in ExpertLayers) layer.Send(engine);
        engine.Accumulate(_step);
        if (!backward) return;
        foreach (var parameter in Parameters) parameter.Newer = engine;
    }

    private void CountLoads()
    {
        int k = Layout.ExpertsPerToken;
        int[] fetched = _engine is null ? [] : new int[_step.Batch * _step.Length * k];
        foreach (var layer in ExpertLayers)
        {
            _engine?.GetChosen(layer.Layer, fetched);
            fixed (int* copy = fetched) _step.CountLoad(layer, _engine is null ? Chosen(layer.Layer) : copy, k, Layout.Info.NumHiddenLayers);
        }
    }
}
