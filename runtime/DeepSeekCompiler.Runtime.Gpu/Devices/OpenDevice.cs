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
        Variant = Environment.GetEnvironmentVariable("DSC_VARIANT") is not { Length: > 0 } forced ? info.Variant
            : Enum.TryParse<DeviceVariant>(forced, true, out var variant) && Enum.IsDefined(variant) ? variant
            : throw new DeviceException($"DSC_VARIANT is {forced}; it can be {string.Join(", ", Enum.GetNames<DeviceVariant>())}.");
    }

    public DeviceInfo Info { get; }

    public Accelerator Accelerator { get; }

    /// <summary>How kernels came to run on it; null before a model does, and on devices other than CUDA. DSC_TRACE=1 prints it at the end.</summary>
    public LaunchReport? Launches { get; internal set; }

    /// <summary>The kind of program that runs on it; the environment variable DSC_VARIANT overrides the device's own.</summary>
    public DeviceVariant Variant { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
