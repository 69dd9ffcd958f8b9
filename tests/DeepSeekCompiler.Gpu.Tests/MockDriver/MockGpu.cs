using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Gpu.Tests.MockDriver;

/// <summary>The pretended CUDA driver of this process: built from mock_cuda.c before anything looks for a driver.</summary>
internal static unsafe class MockGpu
{
    private static readonly (string, long)[] s_defaults =
        [("driver", 12040), ("devices", 1), ("major", 9), ("minor", 0), ("memory", 80L << 30), ("optin", 232448), ("assemble", 0), ("refuse-capture", 0), ("refuse-image", 0), ("registers", 64), ("local", 0)];

    private static nint s_library;

    /// <summary>Why there is none; null where there is.</summary>
    public static string? Skip { get; private set; }

    /// <summary>What the driver was asked for since the last reset, a line each.</summary>
    public static string[] Log => Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)Export("mock_log"))())!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Bytes of device memory that nobody gave back.</summary>
    public static long Allocated => ((delegate* unmanaged<long>)Export("mock_allocated"))();

    /// <summary>The usual device: an H100 under a driver for CUDA 12.4; an empty log.</summary>
    public static void Reset(params (string Name, long Value)[] facts)
    {
        foreach (var (name, value) in s_defaults.Concat(facts)) Set(name, value);
        ClearLog();
    }

    public static void ClearLog() => ((delegate* unmanaged<void>)Export("mock_reset"))();

    public static void Set(string name, long value)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        ((delegate* unmanaged<nint, long, void>)Export("mock_set"))(text, value);
        Marshal.FreeCoTaskMem(text);
    }

    /// <summary>Has the driver check texts with an assembler.</summary>
    public static void AssembleWith(string path)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(path);
        ((delegate* unmanaged<nint, void>)Export("mock_assembler"))(text);
        Marshal.FreeCoTaskMem(text);
        Set("assemble", 1);
    }

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "The runtime looks for a driver once a process; the pretended one must be there before any test runs.")]
    internal static void Build()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "MockDriver", "mock_cuda.c");
        string library = Path.Combine(Directory.CreateTempSubdirectory("dsc-mock-").FullName, "libmockcuda.so");
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-O1", "-o", library, source]) { RedirectStandardError = true })!;
            string errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0) throw new InvalidOperationException($"mock_cuda.c does not compile: {errors}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip = "No C compiler (cc), which builds the pretended CUDA driver.";
            return;
        }

        Environment.SetEnvironmentVariable("DSC_CUDA_DRIVER", library);
        s_library = NativeLibrary.Load(library);
    }

    private static nint Export(string name) => NativeLibrary.GetExport(s_library, name);
}

/// <summary>A fact about the CUDA path under the pretended driver.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MockFactAttribute : FactAttribute
{
    public MockFactAttribute() => Skip = MockGpu.Skip;
}

/// <summary>Tests that share the pretended driver, one after another.</summary>
[CollectionDefinition("mock driver", DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "The test framework's word.")]
public sealed class MockDriverCollection;
