using System.Reflection;
using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>Loads llama.cpp from a folder, once a process, and lets it choose its own build for this processor.</summary>
internal static unsafe class LlamaLibrary
{
    private const int Warning = 3;
    private const string LoadedFrom = "loaded CPU backend from ";

    private static readonly Dictionary<string, nint> s_libraries = [];
    private static readonly List<string> s_complaints = [];
    private static string s_processorLibrary = "";

    /// <summary>Version, and the build for this processor that was chosen.</summary>
    public static string Description { get; private set; } = "";

    /// <summary>The latest thing that the library complained about.</summary>
    public static string Complaint => s_complaints.LastOrDefault() ?? "It did not say why.";

    /// <exception cref="PeerException">A library is missing, or is not the one that this program knows.</exception>
    public static void Load(string folder)
    {
        foreach (string name in (string[])[LlamaApi.Base, LlamaApi.Ggml, LlamaApi.Llama])
        {
            // The names carry llama.cpp's version.
            string path = Directory.GetFiles(folder, $"lib{name}.so").Concat(Directory.GetFiles(folder, $"lib{name}.v*.so")).FirstOrDefault()
                ?? throw new PeerException($"{folder} has no lib{name}.");
            s_libraries[name] = NativeLibrary.Load(path);
        }

        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => s_libraries.GetValueOrDefault(name));
        LlamaApi.llama_log_set(&Log, null);
        LlamaApi.llama_backend_init();
        LlamaApi.ggml_backend_load_all_from_path(folder);
        CheckLayout();
        Description = FormattableString.Invariant($"llama.cpp {Marshal.PtrToStringUTF8(LlamaApi.llama_version())} ({Path.GetFileNameWithoutExtension(s_processorLibrary)})");
    }

    /// <summary>A function of the chosen build for this processor.</summary>
    public static nint OfProcessor(string name) => NativeLibrary.GetExport(NativeLibrary.Load(s_processorLibrary), name);

    // Parameters go by value: a version that lays them out otherwise must be found out before a call, not by it.
    private static void CheckLayout()
    {
        var model = LlamaApi.llama_model_default_params();
        var context = LlamaApi.llama_context_default_params();
        bool known = model is { GpuLayers: -1, LoadMode: -1, UseExtraBuffers: 1 }
            && context is { Context: 512, Batch: 2048, MicroBatch: 512, Threads: 4, BatchThreads: 4, FlashAttention: -1, KeyType: 1 };
        if (!known) throw new PeerException($"This llama.cpp lays out its parameters otherwise than that of {LlamaPackage.Name} {LlamaPackage.Version}.");
        if (s_processorLibrary.Length == 0) throw new PeerException($"llama.cpp found no build for this processor. {Complaint}");
    }

    [UnmanagedCallersOnly]
    private static void Log(int level, byte* text, void* data)
    {
        string line = Marshal.PtrToStringUTF8((nint)text)!.Trim();
        if (level >= Warning && line.Length > 3) s_complaints.Add(line);
        int at = line.IndexOf(LoadedFrom, StringComparison.Ordinal);
        if (at >= 0) s_processorLibrary = line[(at + LoadedFrom.Length)..];
    }
}
