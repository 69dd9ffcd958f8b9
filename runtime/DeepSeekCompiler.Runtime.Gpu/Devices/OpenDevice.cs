using DeepSeekCompiler.Runtime.Gpu.Cuda;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Devices;

/// <summary>A device in use. It has a context of its own: a kernel that fails to compile spoils its context for every later kernel.</summary>
public sealed class OpenDevice : IDisposable
{
    private readonly Context _context;

    internal OpenDevice(DeviceInfo info, Context context, Accelerator accelerator)
    {
        (Info, _context, Accelerator) = (info, context, accelerator);
        Threads = Environment.GetEnvironmentVariable("DSC_GROUP") is { } forced && int.TryParse(forced, out var threads) && threads is 1 or 32 or 64 ? threads : info.Threads;
    }

    public DeviceInfo Info { get; }

    public Accelerator Accelerator { get; }

    /// <summary>How kernels came to run on it; null before a model does, and on devices other than CUDA. DSC_TRACE=1 prints it at the end.</summary>
    public LaunchReport? Launches { get; internal set; }

    /// <summary>Threads of a group; the environment variable DSC_GROUP (1, 32 or 64) overrides the device's own.</summary>
    public int Threads { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
