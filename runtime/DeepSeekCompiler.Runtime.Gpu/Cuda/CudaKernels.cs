using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Compiles, keeps and launches kernels on a CUDA device, beside ILGPU's own way: for the device's real architecture, from a disk cache, with dynamic
/// shared memory above 48 KB, on a stream that can be recorded.</summary>
internal sealed unsafe class CudaKernels : IDisposable
{
    private readonly CudaStream _stream;
    private readonly DeviceInfo _device;
    private readonly int _driver;
    private readonly int _sharedLimit;
    private PtxCompiler? _compiler;
    private object?[] _loaded = new object?[64];

    public CudaKernels(CudaAccelerator accelerator, DeviceInfo device)
    {
        _device = device;
        accelerator.Bind();
        int shared;
        CudaDriver.Check(CudaDriver.Api.DeviceGetAttribute(&shared, CudaDriver.GroupSharedOptIn, accelerator.DeviceId), $"describe {device.Name}");
        (_driver, _sharedLimit) = (DriverVersion(), shared);
        Target = TargetOf(accelerator.DeviceId);
        // A stream that waits for copies on the default one, and they for it; the default one itself cannot be recorded.
        _stream = accelerator.CreateStream(StreamFlags.CU_STREAM_DEFAULT);
    }

    /// <summary>What kernels are compiled for.</summary>
    public CudaTarget Target { get; }

    public LaunchReport Report { get; } = new();

    public nint Stream => _stream.StreamPtr;

    /// <summary>The target of a device under the installed driver.</summary>
    /// <exception cref="DeviceException">The driver or the device is too old.</exception>
    public static CudaTarget TargetOf(int deviceId)
    {
        int major, minor;
        CudaDriver.Check(CudaDriver.Api.DeviceGetAttribute(&major, CudaDriver.CapabilityMajor, deviceId), "say the compute capability");
        CudaDriver.Check(CudaDriver.Api.DeviceGetAttribute(&minor, CudaDriver.CapabilityMinor, deviceId), "say the compute capability");
        return CudaTarget.Of(major, minor, DriverVersion());
    }

    /// <summary>The version of CUDA that the driver is for: 12040 for 12.4.</summary>
    public static int DriverVersion()
    {
        int driver;
        CudaDriver.Check(CudaDriver.Api.DriverGetVersion(&driver), "say its version");
        return driver;
    }

    /// <summary>A kernel in messages.</summary>
    public static string NameOf(DeviceKernel kernel, DeviceInfo device) => $"kernel {kernel.Name} on {device.Name} ({device.Description})";

    /// <summary>The text of a kernel, which is kept on disk.</summary>
    /// <exception cref="DeviceException">ILGPU has none to give; the compiler is spoiled by it.</exception>
    public static string Compile(PtxCompiler compiler, DeviceKernel kernel, CudaTarget target, string what)
    {
        try
        {
            var text = compiler.Compile(kernel.Entry);
            KernelCache.StoreText(kernel.Entry, target, text);
            return text;
        }
        catch (Exception e) when (e is not DeviceException)
        {
            throw new DeviceException($"There is no PTX for {what}: {DeviceRun.Reason(e)}", e);
        }
    }

    /// <summary>Machine code of a text, which is kept on disk.</summary>
    /// <exception cref="DeviceException">The driver refuses it.</exception>
    public static byte[] Assemble(string text, CudaTarget target, int driver, string what)
    {
        var image = CudaModule.Assemble(text, what);
        KernelCache.StoreImage(text, target, driver, image);
        return image;
    }

    /// <summary>Queues a kernel.</summary>
    /// <exception cref="DeviceException">It does not compile, load or start.</exception>
    public void Launch<T>(DeviceKernel<T> kernel, in T given, int groups, int threads)
        where T : struct
    {
        var loaded = (kernel.Id < _loaded.Length ? (Loaded<T>?)_loaded[kernel.Id] : null) ?? Load(kernel);
        var copy = given;
        var arguments = stackalloc byte[loaded.Arguments.Size];
        loaded.Arguments.Write(ref copy, arguments);
        var size = (nuint)loaded.Arguments.Size;
        // CU_LAUNCH_PARAM_BUFFER_POINTER, CU_LAUNCH_PARAM_BUFFER_SIZE, CU_LAUNCH_PARAM_END.
        void** extra = stackalloc void*[] { (void*)1, arguments, (void*)2, &size, null };
        var error = CudaDriver.Api.LaunchKernel(loaded.Module.Function, (uint)groups, 1, 1, (uint)threads, 1, 1, (uint)kernel.SharedBytes, Stream, null, extra);
        if (error != 0)
        {
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"Kernel {kernel.Name} does not start on {_device.Name} ({_device.Description}) with {groups} groups of {threads} threads and {kernel.SharedBytes} bytes of shared memory: {CudaDriver.Reason(error)}"));
        }
    }

    /// <summary>What the driver says of a kernel that was launched before.</summary>
    public KernelResources ResourcesOf(DeviceKernel kernel) => CudaFunctions.ResourcesOf(((ILoaded)_loaded[kernel.Id]!).Module.Function);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var loaded in _loaded)
        {
            (loaded as IDisposable)?.Dispose();
        }

        Array.Clear(_loaded);
        _compiler?.Dispose();
        _stream.Dispose();
    }

    private Loaded<T> Load<T>(DeviceKernel<T> kernel)
        where T : struct
    {
        var what = NameOf(kernel, _device);
        if (kernel.SharedBytes > _sharedLimit)
        {
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"Kernel {kernel.Name} needs {kernel.SharedBytes} bytes of shared memory a group, and {_device.Name} ({_device.Description}) gives at most {_sharedLimit}."));
        }

        var text = KernelCache.Text(kernel.Entry, Target) ?? Compile(kernel, what);
        var arguments = new ArgumentWriter<T>();
        if (CudaModule.ArgumentBytes(text) is var bytes && bytes != arguments.Size)
        {
            throw new DeviceException(string.Create(CultureInfo.InvariantCulture, $"The text of {what} reads {bytes} bytes of arguments, and {arguments.Size} are written, which is a defect of the compiler."));
        }

        var module = LoadModule(text, what);
        if (kernel.SharedBytes > 0)
        {
            CudaDriver.Check(CudaDriver.Api.FuncSetAttribute(module.Function, CudaDriver.DynamicSharedBytes, kernel.SharedBytes), $"give {what} {kernel.SharedBytes} bytes of shared memory");
        }

        if (kernel.Id >= _loaded.Length)
        {
            Array.Resize(ref _loaded, Math.Max(kernel.Id + 1, 2 * _loaded.Length));
        }

        var loaded = new Loaded<T>(module, arguments);
        _loaded[kernel.Id] = loaded;
        return loaded;
    }

    // Made for the first kernel that is new. One that does not compile spoils its context: the next one gets another.
    private string Compile(DeviceKernel kernel, string what)
    {
        try
        {
            _compiler ??= Target.CreateCompiler();
            var text = Compile(_compiler, kernel, Target, what);
            Report.Compiled++;
            return text;
        }
        catch (DeviceException)
        {
            _compiler?.Dispose();
            _compiler = null;
            throw;
        }
    }

    private CudaModule LoadModule(string text, string what)
    {
        if (CudaModule.IsWhole(text))
        {
            return CudaModule.Load(text, what);
        }

        if (KernelCache.Image(text, Target, _driver) is { } kept)
        {
            try
            {
                var module = CudaModule.Load(kept, text, what);
                Report.Cached++;
                return module;
            }
            catch (DeviceException)
            {
                // Code that the driver no longer takes is made again.
            }
        }

        return CudaModule.Load(Assemble(text, Target, _driver, what), text, what);
    }

    private interface ILoaded : IDisposable
    {
        CudaModule Module { get; }
    }

    private sealed class Loaded<T>(CudaModule module, ArgumentWriter<T> arguments) : ILoaded
        where T : struct
    {
        public CudaModule Module { get; } = module;

        public ArgumentWriter<T> Arguments { get; } = arguments;

        public void Dispose() => Module.Dispose();
    }
}
