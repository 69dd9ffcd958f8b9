using System.Linq.Expressions;
using System.Reflection;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Compile.Measuring.Devices;

/// <summary>Memory on a device for calls of a kernel at one size, and the calls.</summary>
internal sealed class DeviceArguments : IDisposable
{
    private readonly List<MemoryBuffer> _buffers = [];
    private readonly Dictionary<string, ArrayView<byte>> _random = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ArrayView<int>> _integers = new(StringComparer.Ordinal);
    private readonly OpenDevice _device;
    private readonly TensorKernel _kernel;
    private readonly IReadOnlyDictionary<string, long> _scalars;
    private readonly Dictionary<string, ArgumentSize> _sizes;
    private readonly RandomBlocks _blocks;
    private readonly RoutingData _routing;

    /// <param name="device">The device.</param>
    /// <param name="kernel">The plain algorithm, which says how large everything is.</param>
    /// <param name="scalars">Its integer parameters.</param>
    /// <param name="blocks">Random numbers.</param>
    /// <param name="routing">Integer arguments.</param>
    public DeviceArguments(OpenDevice device, TensorKernel kernel, IReadOnlyDictionary<string, long> scalars, RandomBlocks blocks, RoutingData routing)
    {
        (_device, _kernel, _scalars, _blocks, _routing) = (device, kernel, scalars, blocks, routing);
        _sizes = SizesOf(kernel, scalars).ToDictionary(s => s.Tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>Bytes of all arguments.</summary>
    public static long BytesOf(TensorKernel kernel, IReadOnlyDictionary<string, long> scalars) => SizesOf(kernel, scalars).Sum(s => s.Count * s.Tensor.Format.Bytes());

    /// <summary>A call that queues the kernel.</summary>
    /// <param name="method">The generated method that launches it.</param>
    /// <param name="run">The queue.</param>
    /// <param name="splits">Parts of the context, where the kernel asks; null for those of the sizes.</param>
    public Action Bind(MethodInfo method, DeviceRun run, int? splits = null)
    {
        // A call by reflection would take longer than a small kernel: it is compiled, with its arguments in it.
        var given = method.GetParameters().Select(p => Expression.Constant(p.Name == "splits" && splits is { } parts ? parts : Argument(p, run), p.ParameterType));
        return Expression.Lambda<Action>(Expression.Call(method, given)).Compile();
    }

    /// <summary>Fills what the kernel writes as it was at first.</summary>
    public void Restore()
    {
        foreach (var (tensor, view) in Written()) _blocks.Fill(view, tensor.Format, IsScale(tensor));
    }

    /// <summary>What the kernel writes, as it is now.</summary>
    public IEnumerable<(Tensor Tensor, byte[] Bytes)> Outputs()
    {
        foreach (var (tensor, view) in Written())
        {
            var bytes = new byte[_sizes[tensor.Name].Count * tensor.Format.Bytes()];
            view.CopyToHost<byte>(bytes);
            yield return (tensor, bytes);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _buffers.Clear();
    }

    private IEnumerable<(Tensor Tensor, ArrayView<byte> View)> Written() =>
        _kernel.Tensors.Where(t => t.Role is TensorRole.Output or TensorRole.InOut && _random.ContainsKey(t.Name)).Select(t => (t, _random[t.Name]));

    // What has no length of its own is pages of the cache, positions of the rope table, or slots of the experts.
    private static IReadOnlyList<ArgumentSize> SizesOf(TensorKernel kernel, IReadOnlyDictionary<string, long> scalars)
    {
        long positions = scalars["position"] + scalars["tokens"];
        return ArgumentSize.Of(kernel, scalars, t => t.IsTable ? (positions + 63) / 64 : t.Name == "rope" ? positions : scalars["slots"]);
    }

    private object Argument(ParameterInfo parameter, DeviceRun run)
    {
        string name = parameter.Name!;
        if (parameter.ParameterType == typeof(DeviceRun)) return run;
        if (parameter.ParameterType == typeof(StepNumber)) return new StepNumber(null, (int)_scalars["position"], Numbers(name, [(int)_scalars["position"]]));
        if (parameter.ParameterType == typeof(int)) return name == "active" ? _routing.Active : (int)_scalars[name];
        if (!_sizes.TryGetValue(name, out var size)) throw new ArgumentException($"{_kernel.Name} has a parameter {name} on the device that its algorithm does not have.");
        return size.Tensor.Format == NumberFormat.I32 && size.Tensor.Role == TensorRole.Input ? Numbers(name, _routing.Of(name)) : Random(size, parameter.ParameterType);
    }

    private ArrayView<int> Numbers(string name, int[] values)
    {
        if (_integers.TryGetValue(name, out var known)) return known;
        var buffer = DeviceRun.Allocate<int>(_device.Accelerator, values.Length, _device.Info);
        _buffers.Add(buffer);
        buffer.View.BaseView.CopyFromHost<int>(values);
        return _integers[name] = buffer.View.BaseView;
    }

    private object Random(ArgumentSize size, Type view)
    {
        var tensor = size.Tensor;
        if (!_random.TryGetValue(tensor.Name, out var bytes))
        {
            // Views of wider numbers want a whole number of them.
            var buffer = DeviceRun.Allocate<byte>(_device.Accelerator, ((size.Count * tensor.Format.Bytes()) + 15) & ~15L, _device.Info);
            _buffers.Add(buffer);
            _random[tensor.Name] = bytes = buffer.View.BaseView;
            _blocks.Fill(bytes, tensor.Format, IsScale(tensor));
        }

        return view == typeof(ArrayView<float>) ? bytes.Cast<float>() : view == typeof(ArrayView<int>) ? bytes.Cast<int>() : view == typeof(ArrayView<ushort>) ? bytes.Cast<ushort>() : bytes;
    }

    private static bool IsScale(Tensor tensor) => tensor.Name.EndsWith("Scale", StringComparison.Ordinal);
}
