namespace DeepSeekCompiler.Peers.Llama;

/// <summary>A sequence on a llama.cpp model.</summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    // llama.cpp's default for a call; what is computed together is smaller.
    private const int Batch = 2048;
    private const int MicroBatch = 512;

    // The cache grows in steps of this.
    private const int Padding = 256;

    private readonly nint _context, _memory;
    private readonly int _vocabulary;

    /// <param name="model">A loaded model.</param>
    /// <param name="vocabulary">Its logits.</param>
    /// <param name="length">The longest context.</param>
    /// <param name="threads">To compute with.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="flash">With flash attention or without.</param>
    public LlamaContext(nint model, int vocabulary, int length, LlamaThreads threads, int count, bool flash)
    {
        var parameters = LlamaApi.llama_context_default_params();
        parameters.Context = (uint)((length + Padding - 1) / Padding * Padding);
        (parameters.Batch, parameters.MicroBatch) = (Batch, MicroBatch);
        (parameters.Threads, parameters.BatchThreads) = (count, count);
        parameters.FlashAttention = flash ? 1 : 0;
        _context = LlamaApi.llama_init_from_model(model, parameters);
        if (_context == 0) throw new PeerException($"llama.cpp opened no context. {LlamaLibrary.Complaint}");
        if (LlamaApi.llama_n_ubatch(_context) != Math.Min(MicroBatch, parameters.Context) || LlamaApi.llama_n_threads(_context) != count || LlamaApi.llama_n_threads_batch(_context) != count)
            throw new PeerException("llama.cpp runs with other settings than it was given.");
        LlamaApi.llama_attach_threadpool(_context, threads.Handle, 0);
        (_memory, _vocabulary) = (LlamaApi.llama_get_memory(_context), vocabulary);
    }

    /// <summary>Tokens in the cache.</summary>
    public int Position { get; private set; }

    /// <summary>Forgets everything from a position on.</summary>
    public void Rewind(int position)
    {
        if (position >= Position) return;
        if (position == 0) LlamaApi.llama_memory_clear(_memory, false);
        else if (!LlamaApi.llama_memory_seq_rm(_memory, 0, position, -1)) throw new PeerException("llama.cpp does not take tokens out of its cache.");
        Position = position;
    }

    /// <summary>Feeds tokens and gives the logits of the last; they are good until the next call.</summary>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<int> tokens)
    {
        for (int done = 0; done < tokens.Length; done += Batch)
        {
            var part = tokens.Slice(done, Math.Min(Batch, tokens.Length - done));
            fixed (int* first = part)
            {
                if (LlamaApi.llama_decode(_context, new LlamaBatch { Count = part.Length, Tokens = first }) is var code and not 0)
                    throw new PeerException(FormattableString.Invariant($"llama.cpp's llama_decode returned {code}. {LlamaLibrary.Complaint}"));
            }

            Position += part.Length;
        }

        float* logits = LlamaApi.llama_get_logits_ith(_context, -1);
        return logits == null ? throw new PeerException("llama.cpp gave no logits.") : new(logits, _vocabulary);
    }

    public void Dispose() => LlamaApi.llama_free(_context);
}
