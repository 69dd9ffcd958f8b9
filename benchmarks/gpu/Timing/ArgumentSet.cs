using System.Linq.Expressions;
using System.Reflection;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>Memory for one call of a kernel, and the call.</summary>
internal sealed class ArgumentSet : IDisposable
{
    private readonly List<MemoryBuffer> _buffers = [];
    private readonly OpenDevice _device;
    private readonly RandomBlocks _blocks;
    private readonly RoutingData _routing;

    /// <param name="device">The device.</param>
    /// <param name="run">Its queue.</param>
    /// <param name="method">The generated method that launches the kernel.</param>
    /// <param name="timing">Kernel and sizes.</param>
    /// <param name="blocks">Random numbers.</param>
    /// <param name="routing">Integer arguments.</param>
    public ArgumentSet(OpenDevice device, DeviceRun run, MethodInfo method, TimingCase timing, RandomBlocks blocks, RoutingData routing)
    {
        (_device, _blocks, _routing) = (device, blocks, routing);
        try
        {
            var sizes = SizesOf(timing).ToDictionary(s => s.Tensor.Name, StringComparer.Ordinal);
            // A call by reflection would take longer than a small kernel: it is compiled, with its arguments in it.
            var given = method.GetParameters().Select(p => Expression.Constant(Argument(p, run, timing, sizes), p.ParameterType));
            Launch = Expression.Lambda<Action>(Expression.Call(method, given)).Compile();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Queues the kernel.</summary>
    public Action Launch { get; }

    /// <summary>Bytes of all its arguments.</summary>
    public static long BytesOf(TimingCase timing) => SizesOf(timing).Sum(s => s.Count * s.Tensor.Format.Bytes());

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _buffers.Clear();
    }

    // What has no length of its own is pages of the cache, positions of the rope table, or slots of the experts.
    private static IReadOnlyList<ArgumentSize> SizesOf(TimingCase timing)
    {
        long positions = timing.Scalars["position"] + timing.Tokens;
        return ArgumentSize.Of(timing.Kernel, timing.Scalars, t => t.IsTable ? (positions + 63) / 64 : t.Name == "rope" ? positions : timing.Scalars["slots"]);
    }

    private object Argument(ParameterInfo parameter, DeviceRun run, TimingCase timing, Dictionary<string, ArgumentSize> sizes)
    {
        if (parameter.ParameterType == typeof(DeviceRun)) return run;
        if (parameter.ParameterType == typeof(StepNumber))
        {
            int position = (int)timing.Scalars["position"];
            return new StepNumber(null, position, Numbers([position]));
        }

        if (parameter.ParameterType == typeof(int)) return parameter.Name == "active" ? _routing.Active : (int)timing.Scalars[parameter.Name!];
        if (!sizes.TryGetValue(parameter.Name!, out var size)) throw new ArgumentException($"{timing.Kernel.Name} has a parameter {parameter.Name} on the device that its algorithm does not have.");
        return size.Tensor.Format == NumberFormat.I32 && size.Tensor.Role == TensorRole.Input ? Numbers(_routing.Of(parameter.Name!)) : Random(size, parameter.ParameterType);
    }

    private ArrayView<int> Numbers(int[] values)
    {
        var buffer = DeviceRun.Allocate<int>(_device.Accelerator, values.Length, _device.Info);
        _buffers.Add(buffer);
        buffer.View.BaseView.CopyFromHost<int>(values);
        return buffer.View;
    }

    private object Random(ArgumentSize size, Type view)
    {
        var format = size.Tensor.Format;
        // Views of wider numbers want a whole number of them.
        var buffer = DeviceRun.Allocate<byte>(_device.Accelerator, ((size.Count * format.Bytes()) + 15) & ~15L, _device.Info);
        _buffers.Add(buffer);
        _blocks.Fill(buffer.View.BaseView, format, size.Tensor.Name.EndsWith("Scale", StringComparison.Ordinal));
        var bytes = buffer.View.BaseView;
        return view == typeof(ArrayView<float>) ? bytes.Cast<float>() : view == typeof(ArrayView<int>) ? bytes.Cast<int>() : view == typeof(ArrayView<ushort>) ? bytes.Cast<ushort>() : bytes;
    }

}
