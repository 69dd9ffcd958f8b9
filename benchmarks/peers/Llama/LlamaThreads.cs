namespace DeepSeekCompiler.Peers.Llama;

/// <summary>Threads that stay between calls, as llama.cpp's own programs have them; without, every call starts some.</summary>
internal sealed unsafe class LlamaThreads : IDisposable
{
    // A mask of 512 processors and a few numbers; the library fills it in.
    private const int ParameterBytes = 1024;

    private readonly delegate* unmanaged<nint, void> _free, _pause;

    public LlamaThreads(int threads)
    {
        byte* parameters = stackalloc byte[ParameterBytes];
        LlamaApi.ggml_threadpool_params_init(parameters, threads);
        _free = (delegate* unmanaged<nint, void>)LlamaLibrary.OfProcessor("ggml_threadpool_free");
        _pause = (delegate* unmanaged<nint, void>)LlamaLibrary.OfProcessor("ggml_threadpool_pause");
        Handle = ((delegate* unmanaged<byte*, nint>)LlamaLibrary.OfProcessor("ggml_threadpool_new"))(parameters);
        if (Handle == 0) throw new PeerException($"llama.cpp could not start {threads} threads.");
    }

    public nint Handle { get; }

    /// <summary>Puts them to sleep, so that nothing spins while others are timed; the next call wakes them.</summary>
    public void Pause() => _pause(Handle);

    public void Dispose() => _free(Handle);
}
