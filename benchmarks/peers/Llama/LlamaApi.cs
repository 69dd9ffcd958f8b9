using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>The functions of llama.cpp that a run needs. <see cref="LlamaLibrary"/> says where the libraries are.</summary>
internal static unsafe partial class LlamaApi
{
    public const string Llama = "llama", Ggml = "ggml", Base = "ggml-base";

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ggml_backend_load_all_from_path(string folder);

    [LibraryImport(Base)]
    public static partial void ggml_threadpool_params_init(byte* parameters, int threads);

    [LibraryImport(Llama)]
    public static partial void llama_log_set(delegate* unmanaged<int, byte*, void*, void> log, void* data);

    [LibraryImport(Llama)]
    public static partial void llama_backend_init();

    [LibraryImport(Llama)]
    public static partial nint llama_version();

    [LibraryImport(Llama)]
    public static partial LlamaModelParams llama_model_default_params();

    [LibraryImport(Llama)]
    public static partial LlamaContextParams llama_context_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_model_load_from_file(string path, LlamaModelParams parameters);

    [LibraryImport(Llama)]
    public static partial void llama_model_free(nint model);

    [LibraryImport(Llama)]
    public static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Llama)]
    public static partial int llama_vocab_n_tokens(nint vocabulary);

    [LibraryImport(Llama)]
    public static partial nint llama_init_from_model(nint model, LlamaContextParams parameters);

    [LibraryImport(Llama)]
    public static partial void llama_free(nint context);

    [LibraryImport(Llama)]
    public static partial void llama_attach_threadpool(nint context, nint pool, nint batchPool);

    [LibraryImport(Llama)]
    public static partial uint llama_n_ubatch(nint context);

    [LibraryImport(Llama)]
    public static partial int llama_n_threads(nint context);

    [LibraryImport(Llama)]
    public static partial int llama_n_threads_batch(nint context);

    [LibraryImport(Llama)]
    public static partial nint llama_get_memory(nint context);

    [LibraryImport(Llama)]
    public static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_memory_seq_rm(nint memory, int sequence, int from, int to);

    [LibraryImport(Llama)]
    public static partial int llama_decode(nint context, LlamaBatch batch);

    [LibraryImport(Llama)]
    public static partial float* llama_get_logits_ith(nint context, int index);
}
