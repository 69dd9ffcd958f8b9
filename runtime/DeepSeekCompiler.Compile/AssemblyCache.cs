using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile;

/// <summary>Compiled assemblies on disk, found by the hash of specification, width and compiler. A file that is damaged is made again; a folder that
/// cannot be written costs time, nothing else.</summary>
internal static class AssemblyCache
{
    private const int HashBytes = 32;

    private static readonly ConcurrentDictionary<string, Assembly> s_loaded = new(StringComparer.Ordinal);

    public static (Assembly Assembly, CodeSource Source) Get(ModelSpec spec, CompileOptions options)
    {
        string key = Key(spec, options);
        if (s_loaded.TryGetValue(key, out var loaded)) return (loaded, CodeSource.Cached);
        string path = Path.Combine(Folder(), key + ".dll");
        var source = CodeSource.Cached;
        if (Read(path) is not { } image)
        {
            source = CodeSource.Compiled;
            image = InProcessCompiler.Compile(spec, ModelCompiler.Compile(spec, options), key);
            Write(path, image);
        }

        var assembly = Load(image, key);
        s_loaded[key] = assembly;
        return (assembly, source);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Run-time compilation is not offered by trimmed programs; they run precompiled models.")]
    private static Assembly Load(byte[] image, string key) => new AssemblyLoadContext(key).LoadFromStream(new MemoryStream(image));

    private static string Key(ModelSpec spec, CompileOptions options)
    {
        string text = string.Join('|', SpecText.Of(spec), options.Widths, options.Devices, options.SplitActivations, options.Tile, typeof(ModelCompiler).Module.ModuleVersionId, typeof(CompiledModel).Module.ModuleVersionId, typeof(DeviceProgram).Module.ModuleVersionId, Environment.Version);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("DSC_CACHE") is { Length: > 0 } own) return own;
        string root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(root, "deepseek-compiler");
    }

    // Hash first, image behind it.
    private static byte[]? Read(string path)
    {
        try
        {
            byte[] file = File.ReadAllBytes(path);
            if (file.Length <= HashBytes) return null;
            var image = file.AsSpan(HashBytes);
            return SHA256.HashData(image).AsSpan().SequenceEqual(file.AsSpan(0, HashBytes)) ? image.ToArray() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string path, byte[] image)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string partial = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
            using (var stream = File.Create(partial))
            {
                stream.Write(SHA256.HashData(image));
                stream.Write(image);
            }

            File.Move(partial, path, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start compiles again.
        }
    }
}
