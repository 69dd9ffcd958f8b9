namespace DeepSeekCompiler.Runtime.Models;

/// <summary>One sequence on a model: its position, its latent cache, its working memory. Not thread-safe.</summary>
public sealed unsafe class Session : IDisposable
{
    private const int None = -1;

    private readonly IStepEngine _engine;

    // Tokens of the latest forward chunk: a draft that catches up needs to know what followed its rows.
    private readonly int[] _chunk;
    private int _hiddenStart;
    private int _hiddenRows;
    private int _drafted;

    // Draft rows behind the drafted ones that the module made from its own hidden states; negative where the latest step was no draft with logits.
    private int _deeper = None;
    private bool _disposed;

    /// <param name="model">A loaded model.</param>
    /// <param name="maxTokens">The longest context this session may reach.</param>
    /// <exception cref="ArgumentOutOfRangeException">maxTokens is below 1.</exception>
    /// <exception cref="InvalidOperationException">The model has no weights yet.</exception>
    public Session(CompiledModel model, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (maxTokens < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxTokens), maxTokens, "A session needs room for at least 1 token.");
        }

        Model = model;
        MaxTokens = maxTokens;
        _engine = model.OpenEngine(maxTokens);
        Chunk = _engine.Chunk;
        _chunk = new int[Math.Min(_engine.Chunk, maxTokens)];
    }

    public CompiledModel Model { get; }

    /// <summary>The longest context.</summary>
    public int MaxTokens { get; }

    /// <summary>The most tokens of a step: longer inputs go through in steps of so many. As many as the engine takes, or fewer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1, or more than the engine takes.</exception>
    public int Chunk
    {
        get;
        init => field = value > 0 && value <= _engine.Chunk ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"A step takes 1 to {_engine.Chunk} tokens here.");
    }

    /// <summary>Tokens in the cache.</summary>
    public int Position { get; private set; }

    /// <summary>Form of latent attention; tests force one, users leave it on Auto.</summary>
    public AttentionForm Form { get; set; }

    /// <summary>Null outside tests. Called on the model's own threads.</summary>
    public IForwardObserver? Observer { get; set; }

    /// <summary>Called between the chunks of a long forward call with (tokens done, tokens in all); throwing from it, for
    /// example OperationCanceledException, leaves the session at the last finished chunk.</summary>
    public Action<int, int>? Progress { get; set; }

    /// <summary>Feeds tokens at <see cref="Position"/>; one token is a decode step, several are a prefill or a verification.</summary>
    /// <param name="tokens">Ids below VocabSize.</param>
    /// <param name="logits">[rows asked for, VocabSize].</param>
    /// <param name="rows">Which rows of logits are wanted.</param>
    /// <param name="fillDraft">Also runs the MTP module over all rows but the last, whose next tokens are known, so that <see cref="Draft"/> can follow.</param>
    /// <exception cref="ArgumentException">No tokens, an id outside the vocabulary, or too little room for the logits.</exception>
    /// <exception cref="InvalidOperationException">The context would grow beyond <see cref="MaxTokens"/>, or the draft cache has a gap.</exception>
    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows = LogitRows.Last, bool fillDraft = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var info = Model.Info;
        SessionChecks.Tokens(tokens, Position, info.VocabSize, nameof(tokens));
        SessionChecks.Room(tokens.Length, Position, MaxTokens);
        SessionChecks.Logits(logits.Length, RowCount(rows, tokens.Length), info.VocabSize, nameof(logits));
        if (fillDraft)
        {
            SessionChecks.HasDraft(info);
            CatchUp(tokens[0]);
        }

        fixed (float* output = logits)
        {
            for (var done = 0; done < tokens.Length;)
            {
                var count = Math.Min(Chunk, tokens.Length - done);
                var last = done + count == tokens.Length;
                var wanted = rows == LogitRows.Last && !last ? 0 : RowCount(rows, count);
                RunChunk(tokens.Slice(done, count), wanted, rows == LogitRows.All ? output + (long)done * info.VocabSize : output);
                if (fillDraft)
                {
                    FillDraft(last ? tokens.Slice(done + 1) : tokens.Slice(done + 1, count));
                }

                done += count;
                if (!last)
                {
                    Progress?.Invoke(done, tokens.Length);
                }
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Runs the MTP module on the last rows of the latest <see cref="Forward"/>: row i takes the hidden state there and nextTokens[i].</summary>
    /// <param name="nextTokens">The tokens that follow the last nextTokens.Length positions before <see cref="Position"/>.</param>
    /// <param name="logits">[rows asked for, VocabSize]: predictions of the token after the next.</param>
    /// <param name="rows">Which rows of logits are wanted.</param>
    /// <exception cref="ArgumentException">No tokens, an id outside the vocabulary, or too little room for the logits.</exception>
    /// <exception cref="InvalidOperationException">The model has no MTP module, the hidden states are gone, or the draft cache has a gap.</exception>
    public void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits, LogitRows rows = LogitRows.Last)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var info = Model.Info;
        var count = nextTokens.Length;
        SessionChecks.HasDraft(info);
        SessionChecks.HiddenRows(count, _hiddenRows);
        SessionChecks.Tokens(nextTokens, Position - count + 1, info.VocabSize, nameof(nextTokens));
        SessionChecks.Logits(logits.Length, RowCount(rows, count), info.VocabSize, nameof(logits));
        SessionChecks.NoGap(Position - count, _drafted);
        fixed (float* output = logits)
        {
            RunDraft(nextTokens, Position - count, Position - count - _hiddenStart, RowCount(rows, count), output);
        }

        GC.KeepAlive(this);
    }

    /// <summary>One draft deeper, behind <see cref="Draft"/> or another of these: the module goes on from its own last hidden state, with a token that it
    /// proposed itself. Its row of the draft cache serves deeper drafts only; the next <see cref="Draft"/> makes it anew, from the main model's hidden state.</summary>
    /// <param name="nextToken">The token that was taken from the logits of the draft before.</param>
    /// <param name="logits">[VocabSize]: predictions of the token behind it.</param>
    /// <exception cref="ArgumentException">An id outside the vocabulary, or too little room for the logits.</exception>
    /// <exception cref="InvalidOperationException">The step before was no draft, or the context would grow beyond <see cref="MaxTokens"/>.</exception>
    public void DraftDeeper(int nextToken, Span<float> logits)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var info = Model.Info;
        ReadOnlySpan<int> tokens = [nextToken];
        SessionChecks.Tokens(tokens, _drafted + _deeper + 1, info.VocabSize, nameof(nextToken));
        SessionChecks.Logits(logits.Length, 1, info.VocabSize, nameof(logits));
        SessionChecks.Deepens(_deeper);
        SessionChecks.Room(1, _drafted + _deeper, MaxTokens);
        fixed (float* output = logits)
        {
            _engine.Prepare(tokens, _drafted + _deeper, IStepEngine.OwnHidden, Form, Observer);
            _engine.Draft(1, output);
        }

        _deeper++;

        GC.KeepAlive(this);
    }

    /// <summary>Whether <see cref="Draft"/> can follow the next <see cref="Forward"/>: there is a module, and its cache has no gap that could not be filled any more.</summary>
    public bool CanDraft => Model.Info.NumNextnPredictLayers > 0 && (Position == _drafted || Position - _hiddenRows <= _drafted);

    /// <summary>Forgets everything from <paramref name="position"/> on (main and MTP cache): rejected drafts, or a new turn.</summary>
    /// <remarks>Hidden states of the latest forward chunk that lie before the position stay, so that <see cref="Draft"/> can follow.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative or beyond <see cref="Position"/>.</exception>
    public void Rewind(int position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SessionChecks.Rewind(position, Position);
        _deeper = None;
        if (position < Position)
        {
            Position = position;
            _hiddenRows = Math.Max(0, Math.Min(_hiddenRows, position - _hiddenStart));

            // The draft row of the last kept position was made with a token that is forgotten now.
            _drafted = Math.Min(_drafted, Math.Max(0, position - 1));
        }
    }

    /// <summary>Runs a loop of many steps, such as the generation of a text, on the thread where a step starts soonest. The loop must not wait for another
    /// thread that itself waits for a step of this model.</summary>
    public void Loop(Action loop)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(loop);
        _engine.Loop(loop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _engine.Dispose();
        }
    }

    private static int RowCount(LogitRows rows, int tokens) => rows switch { LogitRows.All => tokens, LogitRows.Last => 1, _ => 0 };

    private void RunChunk(ReadOnlySpan<int> tokens, int rows, float* logits)
    {
        _hiddenRows = 0;
        _deeper = None;
        _engine.Prepare(tokens, Position, hiddenRow: 0, Form, Observer);
        _engine.Forward(rows, logits);

        // Only a finished chunk counts.
        tokens.CopyTo(_chunk);
        _hiddenStart = Position;
        _hiddenRows = tokens.Length;
        Position += tokens.Length;
    }

    private void FillDraft(ReadOnlySpan<int> nextTokens)
    {
        if (nextTokens.Length > 0)
        {
            RunDraft(nextTokens, _hiddenStart, hiddenRow: 0, rows: 0, logits: null);
        }
    }

    /// <summary>Drafts the rows before <see cref="Position"/> that were left out because their next token was not known.</summary>
    private void CatchUp(int nextToken)
    {
        var missing = Position - _drafted;
        if (missing == 0)
        {
            return;
        }

        SessionChecks.NoGap(Position - _hiddenRows, _drafted);
        Span<int> next = stackalloc int[missing];
        _chunk.AsSpan(_drafted - _hiddenStart + 1, missing - 1).CopyTo(next);
        next[^1] = nextToken;
        RunDraft(next, _drafted, _drafted - _hiddenStart, rows: 0, logits: null);
    }

    private void RunDraft(ReadOnlySpan<int> nextTokens, int position, int hiddenRow, int rows, float* logits)
    {
        _deeper = None;
        _engine.Prepare(nextTokens, position, hiddenRow, Form, Observer);
        _engine.Draft(rows, logits);
        _drafted = position + nextTokens.Length;
        _deeper = rows > 0 ? 0 : None;
    }
}
