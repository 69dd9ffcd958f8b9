using System.Globalization;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Base of every generated model: what the generator writes, and what sessions call.</summary>
/// <remarks>Bind weights once, then open sessions. Sessions of one model may live on several threads; their steps take turns.</remarks>
public abstract unsafe class CompiledModel : IDisposable
{
    /// <summary>The most tokens of one step on the host; longer inputs are cut into chunks of these, or of fewer.</summary>
    public const int MaxChunk = 512;

    /// <summary>The same on a device, where its memory has room for them.</summary>
    public const int MaxDeviceChunk = 4096;

    /// <summary>Most parts that decode attention splits a context into.</summary>
    public const int MaxSplits = 32;

    /// <summary>The most tokens of the decode kernels of devices, and of the absorbed form of attention with grouped queries.</summary>
    public const int MaxDecode = 4;

    /// <summary>The most tokens of the decode kernels of the host.</summary>
    public const int MaxStreaming = 16;

    /// <summary>Bytes of a piece of weights that decode attention asks for ahead.</summary>
    public const int AheadBytes = 4096;

    /// <summary>The most such pieces of a layer.</summary>
    public const int AheadPieces = 1024;

    private IDisposable? _owner;
    private BehindAttention? _behind;
    private HostRun? _host;
    private Func<int, IStepEngine>? _open;
    private IDisposable? _deviceOwner;
    private bool _disposed;

    ~CompiledModel() => Dispose(false);

    /// <summary>The compiled facts.</summary>
    public abstract ModelInfo Info { get; }

    /// <summary>Every tensor of the checkpoint, in the order of the bound weights.</summary>
    public abstract IReadOnlyList<TensorSlot> Manifest { get; }

    /// <summary>The threads and working memory of this model.</summary>
    /// <exception cref="InvalidOperationException">No weights were bound yet.</exception>
    public HostRun Host
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _host ?? throw new InvalidOperationException($"{Info.Name} has no weights yet; bind a checkpoint first.");
        }
    }

    /// <summary>Tokens of a prompt that go through the host together, 1 to <see cref="MaxChunk"/>.</summary>
    protected internal virtual int PromptChunk => MaxChunk;

    /// <summary>4-byte numbers that one token takes in each activation buffer.</summary>
    protected internal abstract IReadOnlyList<int> BufferColumns { get; }

    /// <summary>Layers with a cache: the main ones, then those of the MTP module.</summary>
    protected internal abstract int CacheLayers { get; }

    /// <summary>Bytes that one token leaves in the cache of one layer.</summary>
    protected internal abstract int CacheRowBytes { get; }

    /// <summary>Rotary frequencies, [rope/2]; YaRN is already in them.</summary>
    protected internal abstract ReadOnlySpan<float> RopeFrequencies { get; }

    /// <summary>Factor of the rotary cosines and sines: m(mscale) / m(mscale_all_dim) under YaRN, else 1.</summary>
    protected internal abstract float RopeMagnitude { get; }

    /// <summary>First byte of every tensor, in manifest order.</summary>
    protected byte** Data { get; private set; }

    /// <summary>Block scales of every tensor, in manifest order; null where the format has none.</summary>
    protected float** Scales { get; private set; }

    /// <summary>What a step reads behind the attention of a layer whichever experts it chooses, in pieces: see <see cref="HostRun.Ahead"/>.</summary>
    /// <remarks>Made by the first step that wants it: devices do not, nor do kernels that ask for nothing ahead. Steps take turns.</remarks>
    protected byte** Behind(int layer) => (_behind ??= new BehindAttention(this)).Of(layer);

    /// <summary>Takes over the weights of an opened checkpoint.</summary>
    /// <param name="weights">One for each entry of the manifest, in its order.</param>
    /// <param name="owner">What keeps their memory mapped; disposed with the model.</param>
    /// <param name="threads">Threads to compute with; 0 for one a processor.</param>
    /// <exception cref="ArgumentException">Too few or too many weights, or a negative number of threads.</exception>
    /// <exception cref="InvalidOperationException">Weights were bound already, or DSC_VECTOR asks for a width that does not exist.</exception>
    public void Bind(ReadOnlySpan<Weight> weights, IDisposable? owner = null, int threads = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_host is not null)
        {
            throw new InvalidOperationException($"{Info.Name} has its weights already; make another model object for another checkpoint.");
        }

        if (weights.Length != Manifest.Count)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{Info.Name} needs {Manifest.Count} weights, one a manifest entry, and got {weights.Length}."),
                nameof(weights));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(threads);

        // Asked here, a wrong DSC_VECTOR is its own exception; asked first by a kernel, it would come inside a type initialiser's.
        _ = HostVector.Width;
        var host = new HostRun(threads == 0 ? Environment.ProcessorCount : threads);
        Data = (byte**)NativeMemory.Alloc((nuint)weights.Length + 1, (nuint)sizeof(byte*));
        Scales = (float**)NativeMemory.Alloc((nuint)weights.Length + 1, (nuint)sizeof(float*));
        for (var i = 0; i < weights.Length; i++)
        {
            Data[i] = weights[i].Data;
            Scales[i] = weights[i].Scale;
        }

        _owner = owner;
        _host = host;
    }

    /// <summary>Where sessions opened from now on run: <c>host</c> until <see cref="RunOn"/>.</summary>
    public string Device { get; private set; } = "host";

    /// <summary>Lets sessions run elsewhere than on the host.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="open">Opens the engine of a session of that many tokens.</param>
    /// <param name="owner">What holds the weights there; disposed with the model.</param>
    /// <exception cref="InvalidOperationException">The model runs on a device already.</exception>
    public void RunOn(string device, Func<int, IStepEngine> open, IDisposable owner)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_open is not null)
        {
            throw new InvalidOperationException($"{Info.Name} runs on {Device} already; load it once more for {device}.");
        }

        (Device, _open, _deviceOwner) = (device, open, owner);
    }

    /// <summary>The engine of a new session.</summary>
    internal IStepEngine OpenEngine(int maxTokens) => _open is null ? new HostEngine(this, Host, maxTokens) : _open(maxTokens);

    /// <summary>A bound weight, in manifest order.</summary>
    internal Weight WeightAt(int index) => new() { Data = Data[index], Scale = Scales[index] };

    /// <summary>Embedding to final norm: reads step.Tokens, writes the cache of all main layers and step.Hidden.</summary>
    protected internal abstract void Forward(HostRun run, Step step);

    /// <summary>The MTP module over step.Count rows: reads step.Hidden and, in step.Tokens, the tokens that follow; writes its cache
    /// layer and step.DraftHidden. May leave out <see cref="Step.Unwanted"/> rows once they are in the cache (<see cref="Step.Narrow"/>).</summary>
    protected internal abstract void Draft(HostRun run, Step step);

    /// <summary>The output head: logits [rows, VocabSize] of normalised hidden rows.</summary>
    /// <param name="run">The threads.</param>
    /// <param name="step">The step the rows come from.</param>
    /// <param name="hidden">[rows, HiddenSize].</param>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="logits">[rows, VocabSize], written.</param>
    /// <param name="draft">Whether the MTP module's own head is used.</param>
    protected internal abstract void Head(HostRun run, Step step, float* hidden, int rows, float* logits, bool draft);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the threads, frees what is native, closes the checkpoint.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (disposing)
        {
            _deviceOwner?.Dispose();
            _host?.Dispose();
            _owner?.Dispose();
        }

        _behind?.Dispose();
        NativeMemory.Free(Data);
        NativeMemory.Free(Scales);
        Data = null;
        Scales = null;
    }
}
