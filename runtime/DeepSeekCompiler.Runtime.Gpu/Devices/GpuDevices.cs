using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace DeepSeekCompiler.Runtime.Gpu.Devices;

/// <summary>The OpenCL and CUDA devices of this machine.</summary>
public static class GpuDevices
{
    /// <summary>Every device that a driver offers, suitable or not; empty without drivers.</summary>
    public static IReadOnlyList<DeviceInfo> List()
    {
        using var context = CreateContext();
        return [.. Describe(context).Select(d => d.Info)];
    }

    /// <summary>Opens a device for one model.</summary>
    /// <param name="name"><c>opencl:N</c> or <c>cuda:N</c>; without a number, the first suitable one of the kind.</param>
    /// <param name="profiling">Whether its queue tells the time, which costs a little at every launch.</param>
    /// <exception cref="DeviceException">There is no such device, or it is not suitable.</exception>
    public static OpenDevice Open(string name, bool profiling = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        var context = CreateContext(profiling);
        try
        {
            var all = Describe(context).ToList();
            var found = all.FirstOrDefault(d => d.Info.Name == name || (d.Info.Refusal is null && d.Info.Name.StartsWith(name + ":", StringComparison.Ordinal)));
            if (found.Device is null)
            {
                throw new DeviceException(Missing(name, [.. all.Select(d => d.Info)]));
            }

            if (found.Info.Refusal is { } refusal)
            {
                throw new DeviceException($"Models cannot run on {name} ({found.Info.Description}): {refusal}");
            }

            return new OpenDevice(found.Info, context, found.Device.CreateAccelerator(context));
        }
        catch (Exception e)
        {
            context.Dispose();
            throw e is DeviceException ? e : new DeviceException($"The driver of {name} failed: {e.Message}", e);
        }
    }

    /// <summary>What kernels of a CUDA device are compiled for (<c>sm_80</c> ...); null for other devices.</summary>
    public static string? ArchitectureOf(OpenDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Accelerator is CudaAccelerator cuda ? CudaKernels.TargetOf(cuda.DeviceId).Architecture : null;
    }

    /// <summary>What is missing when <paramref name="name"/> cannot be found.</summary>
    internal static string Missing(string name, IReadOnlyList<DeviceInfo> all)
    {
        var kind = name.Split(':')[0];
        if (kind is not ("opencl" or "cuda"))
        {
            return $"There is no device {name}; devices are host, opencl:N and cuda:N, and `dsc devices` lists those of this machine.";
        }

        var same = all.Where(d => d.Name.StartsWith(kind + ":", StringComparison.Ordinal)).ToList();
        if (same.Count > 0)
        {
            return $"There is no device {name}; this machine has {string.Join(", ", same.Select(d => d.Name))}.";
        }

        var library = kind == "cuda" ? DriverLibraries.HasCuda : DriverLibraries.HasOpenCl;
        var (driver, file) = kind == "cuda" ? ("NVIDIA driver", "libcuda.so.1") : ("OpenCL loader", "libOpenCL.so.1");
        return library
            ? $"There is no device {name}: the {driver} is installed and offers no device."
            : $"There is no device {name}: no {driver} ({file}) is installed.";
    }

    /// <summary>Why an OpenCL device is refused; null for a suitable one.</summary>
    internal static string? RefusalOf(bool genericAddressSpace, int major, int minor)
    {
        if (major < 2)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it offers OpenCL {major}.{minor}, and kernels need 2.0 or newer.");
        }

        return genericAddressSpace ? null : "its driver lacks the generic address space, an optional feature of OpenCL 3.0 that kernels need.";
    }

    internal static Context CreateContext(bool profiling = false)
    {
        DriverLibraries.Register();
        try
        {
            var context = Context.Create(builder =>
            {
                // Level O2: the default emits generic loads and stores everywhere.
                builder.Optimize(OptimizationLevel.O2);
                if (profiling)
                {
                    builder.Profiling();
                }

                if (DriverLibraries.HasOpenCl)
                {
                    builder.OpenCL(_ => true);
                }

                if (DriverLibraries.HasCuda)
                {
                    // All of them: what is too old is shown with the reason.
                    builder.Cuda(_ => true);
                }

            });
            // Before the first accelerator: it takes the primitives over when it is made.
            Intrinsics.Register(context);
            return context;
        }
        catch (Exception e) when (e is not DeviceException)
        {
            throw new DeviceException($"A driver of this machine failed while it listed its devices: {e.Message}", e);
        }
    }

    internal static List<(DeviceInfo Info, Device Device)> Describe(Context context)
    {
        var all = new List<(DeviceInfo, Device)>();
        foreach (var device in context.GetCLDevices())
        {
            var cpu = device.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_CPU);
            var variant = cpu ? DeviceVariant.Cpu : device.WarpSize == 64 ? DeviceVariant.Wave64 : DeviceVariant.Warp32;
            var refusal = RefusalOf(device.Capabilities.GenericAddressSpace, device.DeviceVersion.Major, device.DeviceVersion.Minor);
            all.Add((new(Name("opencl", all.Count), device.Name, device.VendorName, device.MemorySize, device.NumMultiprocessors, variant, refusal), device));
        }

        var first = all.Count;
        foreach (var device in context.GetCudaDevices())
        {
            all.Add((new(Name("cuda", all.Count - first), device.Name, "NVIDIA", device.MemorySize, device.NumMultiprocessors, VariantOf(device.Architecture), RefusalOf(device)), device));
        }

        return all;
    }

    private static DeviceVariant VariantOf(CudaArchitecture? architecture) => architecture switch
    {
        // Warpgroup instructions belong to this architecture alone.
        { } a when a == CudaArchitecture.SM_90 => DeviceVariant.Sm90,
        { } a when a >= CudaArchitecture.SM_89 => DeviceVariant.Sm89,
        { } a when a >= CudaArchitecture.SM_80 => DeviceVariant.Sm80,
        _ => DeviceVariant.Warp32,
    };

    // ILGPU has contexts of its own only where it knows the driver's version.
    private static string? RefusalOf(CudaDevice device)
    {
        try
        {
            CudaKernels.TargetOf(device.DeviceId);
            return device.InstructionSet is null ? "its driver is too old for it; install a newer NVIDIA driver." : null;
        }
        catch (DeviceException e)
        {
            return e.Message;
        }
    }

    private static string Name(string kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}:{index}");
}
