using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Devices;

/// <summary>Finds the drivers' libraries under the names that a machine without development packages has.</summary>
internal static class DriverLibraries
{
    private static readonly string[] s_openCl = ["libOpenCL.so.1", "OpenCL", "OpenCL.dll", "/System/Library/Frameworks/OpenCL.framework/OpenCL"];
    // DSC_CUDA_DRIVER names another library, for tests with a driver that only pretends.
    private static readonly string[] s_cuda = Environment.GetEnvironmentVariable("DSC_CUDA_DRIVER") is { Length: > 0 } given ? [given] : ["libcuda.so.1", "nvcuda", "nvcuda.dll"];
    private static int s_registered;

    public static bool HasOpenCl => Find(s_openCl) != 0;

    public static bool HasCuda => Find(s_cuda) != 0;

    /// <summary>A function of the CUDA driver; 0 where there is none of that name.</summary>
    public static nint CudaFunction(string name) => Find(s_cuda) is var library and not 0 && NativeLibrary.TryGetExport(library, name, out var function) ? function : 0;

    /// <summary>Answers ILGPU's questions for "OpenCL" and "cuda"; once a process.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref s_registered, 1) == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
        }
    }

    /// <summary>A function of the CUDA driver; 0 where there is none of that name.</summary>
    public static nint CudaFunction(string name) => Find(s_cuda) is var library and not 0 && NativeLibrary.TryGetExport(library, name, out var function) ? function : 0;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        "OpenCL" => Find(s_openCl),
        "cuda" => Find(s_cuda),
        _ => 0,
    };

    private static nint Find(string[] names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return library;
            }
        }

        return 0;
    }
}
