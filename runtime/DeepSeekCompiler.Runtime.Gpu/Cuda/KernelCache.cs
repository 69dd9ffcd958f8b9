using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using DeepSeekCompiler.Runtime.Gpu.Caching;
using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Texts and machine code of CUDA kernels on disk. A text is found before ILGPU is asked, by what it is made from: the kernel's method in a module of a
/// certain version (its id is a hash of its content), the primitives and ILGPU itself. Machine code is found by the text, the architecture and the driver
/// that made it, so that equal kernels of different models share it.</summary>
internal static class KernelCache
{
    private const string Format = "1";

    public static string? Text(MethodInfo entry, CudaTarget target) => HashedFile.Read(TextPath(entry, target)) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    public static void StoreText(MethodInfo entry, CudaTarget target, string text) => HashedFile.Write(TextPath(entry, target), Encoding.UTF8.GetBytes(text));

    public static byte[]? Image(string text, CudaTarget target, int driver) => HashedFile.Read(ImagePath(text, target, driver));

    public static void StoreImage(string text, CudaTarget target, int driver, ReadOnlySpan<byte> image) => HashedFile.Write(ImagePath(text, target, driver), image);

    private static string TextPath(MethodInfo entry, CudaTarget target) => PathOf(
        ".ptx",
        entry.Module.ModuleVersionId,
        entry.MetadataToken,
        entry.DeclaringType!.FullName!,
        entry.Name,
        target,
        typeof(KernelCache).Module.ModuleVersionId,
        typeof(Context).Module.ModuleVersionId,
        Environment.Version);

    private static string ImagePath(string text, CudaTarget target, int driver) => PathOf(".cubin", text, target.Architecture, driver);

    private static string PathOf(string ending, params object[] parts)
    {
        var all = string.Join('\n', parts.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p}")).Prepend(Format));
        return Path.Combine(CacheFolder.Path, "cuda", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..32] + ending);
    }
}
