using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>What one call of a generated device program works on: some tokens of one sequence, its cache and its buffers, all in device memory
/// that lives as long as the session.</summary>
public sealed class DeviceStep : IDisposable
{
    // Behind the position; vectors of tokens stay aligned.
    private const int FirstToken = 4;

    private readonly int _hiddenSize;
    private readonly long _layerBytes;
    private readonly List<MemoryBuffer> _owned = [];
    private readonly ArrayView<float>[] _buffers;
    private readonly ArrayView<byte> _cache;
    private readonly ArrayView<float> _hidden;
    private readonly Accelerator _accelerator;
    private readonly ArrayView<int> _numbers;
    private readonly int[] _staged;
    private readonly PassMemory? _planned;
    private int _position;
    private int _hiddenRow;
    private bool _own;

    /// <param name="model">The model.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="maxTokens">The longest context.</param>
    /// <param name="chunk">Most tokens of a step.</param>
    /// <param name="planned">For a step without memory, to ask what a pass would take; else null.</param>
    internal DeviceStep(CompiledModel model, OpenDevice device, int maxTokens, int chunk, PassMemory? planned = null)
    {
        _planned = planned;
        _accelerator = device.Accelerator;
        var rows = Math.Min(chunk, maxTokens);
        _hiddenSize = model.Info.HiddenSize;
        _layerBytes = (long)model.CacheRowBytes * Step.PageTokens * ((maxTokens - 1) / Step.PageTokens + 1);
        _buffers = new ArrayView<float>[model.BufferColumns.Count];
        for (var i = 0; i < _buffers.Length; i++)
        {
            _buffers[i] = Allocate<float>(device, (long)rows * model.BufferColumns[i]);
        }

        _numbers = Allocate<int>(device, FirstToken + rows);
        _staged = new int[FirstToken + rows];
        Tokens = _numbers.SubView(FirstToken, rows);
        _hidden = Allocate<float>(device, (long)rows * _hiddenSize);
        DraftHidden = Allocate<float>(device, (long)rows * _hiddenSize);
        _cache = Allocate<byte>(device, _layerBytes * model.CacheLayers);
        Rope = planned?.Of<float>(2L * maxTokens * model.RopeFrequencies.Length) ?? UploadRope(model, device, maxTokens);
    }

    /// <summary>[Count] ids; in a draft, the tokens that follow those of the hidden rows.</summary>
    public ArrayView<int> Tokens { get; }

    /// <summary>Tokens of this step.</summary>
    public int Count { get; private set; }

    /// <summary>Position of the first token.</summary>
    public StepNumber Position => new(this, _position, _numbers.SubView(0, 1));

    /// <summary>[MaxTokens, rope/2, 2]: cosine and sine times the magnitude.</summary>
    public ArrayView<float> Rope { get; }

    /// <summary>[Count, HiddenSize]: written by the forward pass after the final norm, read by the draft pass; of a deeper draft the row that the draft before it wrote last.</summary>
    public ArrayView<float> Hidden => (_own ? DraftHidden : _hidden).SubView((long)_hiddenRow * _hiddenSize);

    /// <summary>[Count, HiddenSize]: written by the draft pass after its own norm.</summary>
    public ArrayView<float> DraftHidden { get; }

    /// <summary>Whether this step uses the absorbed form of latent attention.</summary>
    public bool Absorbed { get; private set; }

    /// <summary>Row of the first hidden state that a draft reads, and whether it is one of the module's own.</summary>
    internal (int Row, bool Own) HiddenRow => (_hiddenRow, _own);

    /// <summary>Whether the host's part of the pass looked at the position, so that launches may differ from step to step.</summary>
    internal bool DependsOnPosition { get; set; }

    internal IForwardObserver? Observer { get; private set; }

    /// <summary>Bytes that a session takes on a device, workspace not counted.</summary>
    /// <param name="model">The model.</param>
    /// <param name="maxTokens">The longest context.</param>
    /// <param name="chunk">Most tokens of a step.</param>
    internal static long BytesOf(CompiledModel model, int maxTokens, int chunk)
    {
        long rows = Math.Min(chunk, maxTokens);
        var pages = (maxTokens - 1) / Step.PageTokens + 1;
        return rows * 4 * (model.BufferColumns.Sum(c => (long)c) + 2L * model.Info.HiddenSize + 1) + 4 * FirstToken
            + (long)model.CacheRowBytes * Step.PageTokens * pages * model.CacheLayers + 8L * maxTokens * model.RopeFrequencies.Length;
    }

    /// <summary>[Count, BufferColumns[index]] 4-byte numbers.</summary>
    public ArrayView<float> Buffer(int index) => _buffers[index];

    /// <summary>The pages of a cache layer, one behind the other: page p holds positions 64 p to 64 p + 63, row-major.</summary>
    public ArrayView<T> Pages<T>(int layer)
        where T : unmanaged => _cache.SubView(layer * _layerBytes, _layerBytes).Cast<T>();

    /// <summary>Shows [Count, columns] values to the observer, if there is one; only then it waits for the device.</summary>
    public void Observe(string probe, int layer, ArrayView<float> values, int columns)
    {
        if (Observer is { } observer)
        {
            observer.OnValues(probe, layer, _position, Count, Fetch(values, Count * columns));
        }
    }

    /// <summary>Shows [Count, k] chosen experts to the observer, if there is one.</summary>
    public void ObserveExperts(int layer, ArrayView<int> experts, int k)
    {
        if (Observer is { } observer)
        {
            observer.OnExperts(layer, _position, Count, Fetch(experts, Count * k));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _owned)
        {
            buffer.Dispose();
        }

        _owned.Clear();
    }

    internal void Prepare(ReadOnlySpan<int> tokens, int position, int hiddenRow, AttentionForm form, IForwardObserver? observer)
    {
        // One copy a step: the position, then the tokens.
        _staged[0] = position;
        tokens.CopyTo(_staged.AsSpan(FirstToken));
        _numbers.CopyFromHost(_staged.AsSpan(0, FirstToken + tokens.Length));
        _own = hiddenRow == IStepEngine.OwnHidden;
        _hiddenRow = _own ? Count - 1 : hiddenRow;
        (Count, _position, Observer) = (tokens.Length, position, observer);
        Absorbed = form == AttentionForm.Auto ? Count <= CompiledModel.MaxDecode : form == AttentionForm.Absorbed;
    }

    /// <summary>As <see cref="Prepare"/>, for the last tokens of the longest context of a planned step.</summary>
    internal void Plan(int count, int position) => (Count, _position) = (count, position);

    private T[] Fetch<T>(ArrayView<T> values, int count)
        where T : unmanaged
    {
        var result = new T[count];
        _accelerator.Synchronize();
        values.CopyToHost(result);
        return result;
    }

    private ArrayView<T> Allocate<T>(OpenDevice device, long count)
        where T : unmanaged
    {
        if (_planned is not null)
        {
            return _planned.Of<T>(count);
        }

        var buffer = DeviceRun.Allocate<T>(device.Accelerator, count, device.Info);
        _owned.Add(buffer);
        return buffer.View;
    }

    private unsafe ArrayView<float> UploadRope(CompiledModel model, OpenDevice device, int maxTokens)
    {
        using var table = new RopeTable(model.RopeFrequencies, model.RopeMagnitude, maxTokens);
        table.Grow(maxTokens);
        var count = checked(2 * maxTokens * model.RopeFrequencies.Length);
        var view = Allocate<float>(device, count);
        view.CopyFromHost(new ReadOnlySpan<float>(table.Values, count));
        return view;
    }
}
