using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Caching;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile;

/// <summary>Compiled assemblies on disk, found by the hash of specification, width and compiler. A file that is damaged is made again; a folder that
/// cannot be written costs time, nothing else.</summary>
internal static class AssemblyCache
{
    private static readonly ConcurrentDictionary<string, Assembly> s_loaded = new(StringComparer.Ordinal);

    public static (Assembly Assembly, CodeSource Source) Get(ModelSpec spec, CompileOptions options, Action? compiling = null)
    {
        string key = Key(spec, options);
        if (s_loaded.TryGetValue(key, out var loaded)) return (loaded, CodeSource.Cached);
        string path = Path.Combine(CacheFolder.Path, key + ".dll");
        var source = CodeSource.Cached;
        if (HashedFile.Read(path) is not { } image)
        {
            source = CodeSource.Compiled;
            compiling?.Invoke();
            image = InProcessCompiler.Compile(spec, ModelCompiler.Compile(spec, options), key);
            HashedFile.Write(path, image);
        }

        var assembly = Load(image, key);
        s_loaded[key] = assembly;
        return (assembly, source);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Run-time compilation is not offered by trimmed programs; they run precompiled models.")]
    private static Assembly Load(byte[] image, string key) => new AssemblyLoadContext(key).LoadFromStream(new MemoryStream(image));

    private static string Key(ModelSpec spec, CompileOptions options)
    {
        string text = string.Join('|', SpecText.Of(spec), options.Widths, options.Devices, options.TrainingDevices, options.Tile, options.Tuning, typeof(ModelCompiler).Module.ModuleVersionId, typeof(CompiledModel).Module.ModuleVersionId, typeof(DeviceProgram).Module.ModuleVersionId, Environment.Version);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }
}
