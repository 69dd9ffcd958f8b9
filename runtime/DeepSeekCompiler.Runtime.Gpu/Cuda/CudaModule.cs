using System.Text;
using System.Text.RegularExpressions;
using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>A kernel in the driver's hands.</summary>
internal sealed unsafe partial class CudaModule : IDisposable
{
    // CUjit_option and CUjitInputType.
    private const int ErrorLog = 5;
    private const int ErrorLogBytes = 6;
    private const int InputPtx = 1;
    private const int LogBytes = 8192;

    private nint _module;

    private CudaModule(nint module, nint function) => (_module, Function) = (module, function);

    public nint Function { get; }

    /// <summary>Bytes of the arguments that a text reads; 0 where it says none.</summary>
    public static int ArgumentBytes(string text) => Parameters().Match(text) is { Success: true } m ? int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>Whether a text has to be compiled as a whole program, which the driver does where it is loaded as it is. Its linker makes code that other code may be linked to: there
    /// instructions of a warpgroup wait for each other, and registers are not moved between warpgroups (ptxas says so with -c).</summary>
    public static bool IsWhole(string text) => text.Contains("wgmma.", StringComparison.Ordinal);

    /// <summary>Loads a text as it is; the driver compiles it, and keeps the code in a cache of its own.</summary>
    /// <param name="text">PTX.</param>
    /// <param name="what">The kernel, for messages.</param>
    /// <exception cref="DeviceException">The driver refuses it.</exception>
    public static CudaModule Load(string text, string what) => Load(Encoding.UTF8.GetBytes(text + "\0"), text, what);

    /// <summary>Machine code of a text, by the driver's own assembler.</summary>
    /// <param name="text">PTX.</param>
    /// <param name="what">The kernel, for messages.</param>
    /// <exception cref="DeviceException">The driver refuses it.</exception>
    public static byte[] Assemble(string text, string what)
    {
        var log = stackalloc byte[LogBytes];
        log[0] = 0;
        var options = stackalloc int[] { ErrorLog, ErrorLogBytes };
        void** values = stackalloc void*[] { log, (void*)LogBytes };
        nint linker;
        CudaDriver.Check(CudaDriver.Api.LinkCreate(2, options, values, &linker), $"assemble {what}");
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text + "\0");
            void* image;
            nuint size;
            fixed (byte* data = bytes)
            fixed (byte* name = "kernel.ptx\0"u8)
            {
                Check(CudaDriver.Api.LinkAddData(linker, InputPtx, data, (nuint)bytes.Length, name, 0, null, null), what, log);
                Check(CudaDriver.Api.LinkComplete(linker, &image, &size), what, log);
            }

            return new Span<byte>(image, checked((int)size)).ToArray();
        }
        finally
        {
            CudaDriver.Api.LinkDestroy(linker);
        }
    }

    /// <param name="image">Machine code.</param>
    /// <param name="text">The text it was made from, which names the kernel.</param>
    /// <param name="what">The kernel, for messages.</param>
    /// <exception cref="DeviceException">The driver refuses it.</exception>
    public static CudaModule Load(ReadOnlySpan<byte> image, string text, string what)
    {
        var log = stackalloc byte[LogBytes];
        log[0] = 0;
        var options = stackalloc int[] { ErrorLog, ErrorLogBytes };
        void** values = stackalloc void*[] { log, (void*)LogBytes };
        nint module, function;
        fixed (byte* data = image)
        fixed (byte* name = Encoding.UTF8.GetBytes(Entry().Match(text).Groups[1].Value + "\0"))
        {
            Check(CudaDriver.Api.ModuleLoadDataEx(&module, data, 2, options, values), what, log);
            CudaDriver.Check(CudaDriver.Api.ModuleGetFunction(&function, module, name), $"find the entry of {what}");
        }

        return new(module, function);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_module != 0)
        {
            CudaDriver.Api.ModuleUnload(_module);
            _module = 0;
        }
    }

    private static void Check(int error, string what, byte* log)
    {
        if (error != 0)
        {
            var said = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)log)?.ReplaceLineEndings(" ").Trim();
            throw new DeviceException($"The CUDA driver does not load {what}: {CudaDriver.Reason(error)}{(string.IsNullOrEmpty(said) ? "" : $" It says: {said}")}");
        }
    }

    [GeneratedRegex(@"\.entry\s+([\w$]+)")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.entry\s+[\w$]+\s*\(\s*\.param\s+\.align\s+\d+\s+\.b8\s+[\w$]+\[(\d+)\]")]
    private static partial Regex Parameters();
}
