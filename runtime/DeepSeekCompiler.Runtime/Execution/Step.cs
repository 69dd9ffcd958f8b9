using System.Globalization;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>What one call of a generated forward pass works on: some tokens of one sequence, its cache and its buffers.</summary>
/// <remarks>All memory is native and lives as long as the session. Nothing is cleared before use.</remarks>
public sealed unsafe class Step : IDisposable
{
    /// <summary>Tokens on one page of the cache.</summary>
    public const int PageTokens = 64;

    private readonly int _hiddenSize;
    private readonly NativeBlock[] _buffers;
    private readonly NativeBlock _tokens;
    private readonly NativeBlock _hidden;
    private readonly NativeBlock _draftHidden;
    private readonly LatentPages _pages;
    private readonly RopeTable _rope;
    private int _hiddenRow;
    private bool _own;

    /// <param name="model">Says how large everything is.</param>
    /// <param name="maxTokens">The longest context.</param>
    internal Step(CompiledModel model, int maxTokens)
    {
        // No chunk of a short session is longer than the session.
        var rows = Math.Min(model.PromptChunk, maxTokens);
        var columns = model.BufferColumns;
        _hiddenSize = model.Info.HiddenSize;
        _buffers = new NativeBlock[columns.Count];
        for (var i = 0; i < _buffers.Length; i++)
        {
            _buffers[i] = new NativeBlock((long)rows * columns[i] * sizeof(float));
        }

        _tokens = new NativeBlock((long)rows * sizeof(int));
        _hidden = new NativeBlock((long)rows * _hiddenSize * sizeof(float));
        _draftHidden = new NativeBlock((long)rows * _hiddenSize * sizeof(float));
        _pages = new LatentPages(model.CacheLayers, model.CacheRowBytes, maxTokens);
        _rope = new RopeTable(model.RopeFrequencies, model.RopeMagnitude, maxTokens);
        MaxTokens = maxTokens;
    }

    /// <summary>[Count] ids; in a draft, the tokens that follow those of the hidden rows.</summary>
    public int* Tokens => (int*)_tokens.Pointer;

    /// <summary>Tokens of this step, 1 to <see cref="CompiledModel.PromptChunk"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Position of the first token.</summary>
    public int Position { get; private set; }

    /// <summary>In a draft, rows in front of those whose logits are wanted.</summary>
    public int Unwanted { get; private set; }

    /// <summary>The longest context.</summary>
    public int MaxTokens { get; }

    /// <summary>[MaxTokens, rope/2, 2]: cosine and sine times the magnitude; valid up to Position + Count.</summary>
    public float* Rope => _rope.Values;

    /// <summary>[Count, HiddenSize]: written by the forward pass after the final norm, read by the draft pass; of a deeper draft the row that the draft before it wrote last.</summary>
    public float* Hidden => (float*)(_own ? _draftHidden : _hidden).Pointer + (long)_hiddenRow * _hiddenSize;

    /// <summary>[Count, HiddenSize]: written by the draft pass after its own norm.</summary>
    public float* DraftHidden => (float*)_draftHidden.Pointer;

    /// <summary>The form that was asked for.</summary>
    public AttentionForm Form { get; internal set; }

    /// <summary>Whether this step uses the absorbed form: as asked for, or by itself up to <see cref="CompiledModel.MaxDecode"/> tokens.</summary>
    public bool Absorbed => AbsorbedUpTo(CompiledModel.MaxDecode);

    /// <summary>Whether this step uses the absorbed form: as asked for, or by itself up to so many tokens.</summary>
    public bool AbsorbedUpTo(int tokens) => Form == AttentionForm.Auto ? Count <= tokens : Form == AttentionForm.Absorbed;

    /// <summary>Null outside tests.</summary>
    public IForwardObserver? Observer { get; internal set; }

    /// <summary>Leaves the unwanted rows out of what follows; returns how many are left.</summary>
    public int Narrow()
    {
        Position += Unwanted;
        Count -= Unwanted;
        Unwanted = 0;
        return Count;
    }

    /// <summary>[Count, BufferColumns[index]] 4-byte numbers, 64-byte aligned.</summary>
    public float* Buffer(int index) => (float*)_buffers[index].Pointer;

    /// <summary>Page table of a cache layer: entry p holds positions 64 p to 64 p + 63, row-major; valid up to Position + Count.</summary>
    public byte** Pages(int layer) => _pages.Table(layer);

    /// <summary>Shows [Count, columns] values to the observer, if there is one.</summary>
    public void Observe(string probe, int layer, float* values, int columns) =>
        Observer?.OnValues(probe, layer, Position, Count, new ReadOnlySpan<float>(values, checked(Count * columns)));

    /// <summary>Shows [Count, k] chosen experts to the observer, if there is one.</summary>
    public void ObserveExperts(int layer, int* experts, int k) =>
        Observer?.OnExperts(layer, Position, Count, new ReadOnlySpan<int>(experts, checked(Count * k)));

    /// <summary>Sets up a step: tokens copied in, cache and rope table grown.</summary>
    /// <param name="tokens">Ids of this step.</param>
    /// <param name="position">Position of the first one.</param>
    /// <param name="hiddenRow">First row of <see cref="Hidden"/>, counted in the latest forward step; or <see cref="IStepEngine.OwnHidden"/>.</param>
    internal void Prepare(ReadOnlySpan<int> tokens, int position, int hiddenRow)
    {
        _pages.Grow(position + tokens.Length);
        _rope.Grow(position + tokens.Length);
        tokens.CopyTo(new Span<int>(Tokens, tokens.Length));
        _own = hiddenRow == IStepEngine.OwnHidden;
        _hiddenRow = _own ? Count - 1 : hiddenRow;
        Count = tokens.Length;
        Position = position;
    }

    /// <summary>Says of how many rows, the last ones, a draft's logits are wanted.</summary>
    internal void Want(int rows) => Unwanted = Count - rows;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count} tokens at {Position}, attention {Form}");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }

        _tokens.Dispose();
        _hidden.Dispose();
        _draftHidden.Dispose();
        _pages.Dispose();
        _rope.Dispose();
    }
}
