using System.Runtime.CompilerServices;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Kernels on a device: every call copies its arguments there and back.</summary>
internal sealed unsafe class KernelDevice : KernelTarget
{
    private readonly OpenDevice _device;
    private readonly DeviceProgram _program;
    private readonly DeviceRun _run;
    private readonly List<MemoryBuffer> _numbers = [];

    /// <param name="spec">The model whose kernels they are.</param>
    /// <param name="variant">The kind of device program.</param>
    /// <param name="device">Where they run.</param>
    /// <param name="split">Whether activations meet matrix instructions as two terms, near float32.</param>
    public KernelDevice(ModelSpec spec, DeviceVariant variant, string device = "opencl", bool split = false)
    {
        _program = ModelLoader.CreateDeviceProgram(spec with { Formats = spec.Formats with { SplitActivations = split } }, variant);
        _device = GpuDevices.Open(device);
        _run = new DeviceRun(_device, DeviceWeights.None, _program.Threads);
    }

    public override void Call(string kernel, params object[] arguments)
    {
        var type = _program.GetType().GetNestedType(kernel) ?? throw new ArgumentException($"there is no kernel {kernel}");
        var method = type.GetMethod("Run")!;
        var parameters = method.GetParameters();
        Assert.Equal(parameters.Length, arguments.Length + 1);
        var given = new object[parameters.Length];
        given[0] = _run;
        var copies = new List<(MemoryBuffer1D<byte, Stride1D.Dense> Buffer, IReadOnlyList<INativeMemory> Parts)>();
        for (int i = 1; i < given.Length; i++)
        {
            IReadOnlyList<INativeMemory>? parts = arguments[i - 1] switch { INativeMemory memory => [memory], MemoryTable table => table.Entries, _ => null };
            if (parts is not null) copies.Add((Upload(parts), parts));
            given[i] = parts is null ? Number((int)arguments[i - 1], parameters[i].ParameterType) : View(copies[^1].Buffer.View.BaseView, parameters[i].ParameterType);
        }

        method.Invoke(null, given);
        _device.Accelerator.Synchronize();
        foreach (var (buffer, parts) in copies)
        {
            long offset = 0;
            foreach (var part in parts)
            {
                if (part.Bytes > 0) buffer.View.BaseView.SubView(offset, part.Bytes).CopyToHost(new Span<byte>((void*)part.Address, part.Bytes));
                offset += part.Bytes;
            }

            buffer.Dispose();
        }
    }

    public override void Dispose()
    {
        foreach (var number in _numbers) number.Dispose();
        _run.Dispose();
        _device.Dispose();
    }

    // A position lies in device memory.
    private object Number(int value, Type type)
    {
        if (type != typeof(StepNumber)) return value;
        var buffer = DeviceRun.Allocate<int>(_device.Accelerator, 1, _device.Info);
        _numbers.Add(buffer);
        buffer.View.BaseView.SubView(0, 1).CopyFromHost([value]);
        return new StepNumber(null, value, buffer.View.BaseView);
    }

    private MemoryBuffer1D<byte, Stride1D.Dense> Upload(IReadOnlyList<INativeMemory> parts)
    {
        // As the weights of a model are: views of wider numbers want a whole number of them.
        var buffer = DeviceRun.Allocate<byte>(_device.Accelerator, (parts.Sum(p => (long)p.Bytes) + 15) & ~15L, _device.Info);
        long offset = 0;
        foreach (var part in parts)
        {
            if (part.Bytes > 0) buffer.View.BaseView.SubView(offset, part.Bytes).CopyFromHost(new ReadOnlySpan<byte>((void*)part.Address, part.Bytes));
            offset += part.Bytes;
        }

        return buffer;
    }

    private static object View(ArrayView<byte> bytes, Type type)
    {
        if (type == typeof(ArrayView<float>)) return bytes.Cast<float>();
        if (type == typeof(ArrayView<int>)) return bytes.Cast<int>();
        if (type == typeof(ArrayView<ushort>)) return bytes.Cast<ushort>();
        return type == typeof(ArrayView<byte>) ? bytes : throw new ArgumentException($"no argument for a parameter of type {type}");
    }
}
