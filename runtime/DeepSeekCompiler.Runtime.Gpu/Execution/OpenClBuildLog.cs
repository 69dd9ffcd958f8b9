using ILGPU.Backends;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>What an OpenCL driver says about a kernel that it refuses; ILGPU's exception holds an error number alone.</summary>
internal static class OpenClBuildLog
{
    private const int Errors = 2;

    /// <summary>The first errors of the driver's build log as one line; null on other devices, and where the driver has nothing to say.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="kernel">What the driver refused; null where it was not asked.</param>
    public static string? Of(Accelerator accelerator, CompiledKernel? kernel)
    {
        if (accelerator is not CLAccelerator device || kernel is not CLCompiledKernel { Source: var source } text)
        {
            return null;
        }

        // Built once more: only this door hands the log out.
        CLKernel.LoadKernel(device, kernel.Name, source, text.CVersion, out _, out _, out var log);
        return First(log);
    }

    /// <summary>The first errors of a log; without a line that says it is one, its first line.</summary>
    internal static string? First(string? log)
    {
        var lines = (log ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var errors = lines.Select(l => l.IndexOf("error:", StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? l[at..] : null).OfType<string>().Take(Errors).ToArray();
        return errors.Length > 0 ? string.Join("; ", errors) + "." : lines.Length > 0 ? lines[0] + "." : null;
    }
}
