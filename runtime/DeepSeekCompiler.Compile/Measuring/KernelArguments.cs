using System.Reflection;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Compile.Measuring;

/// <summary>Native memory for the arguments of a kernel of the host, filled with random numbers.</summary>
internal sealed unsafe class KernelArguments : IDisposable
{
    private const int BlockBytes = 1 << 20;

    private readonly List<nint> _memory = [];
    private readonly Dictionary<(NumberFormat, bool), byte[]> _blocks = [];
    private readonly Dictionary<string, nint> _addresses = new(StringComparer.Ordinal);
    private readonly List<(Tensor Tensor, nint Numbers, long Bytes)> _written = [];

    /// <param name="sizes">The arguments.</param>
    /// <param name="pages">Pages of the cache.</param>
    public KernelArguments(IEnumerable<ArgumentSize> sizes, int pages)
    {
        foreach (var (tensor, count) in sizes)
        {
            nint numbers = Allocate(count * tensor.Format.Bytes());
            // Integers are those of a routing, and come with the call.
            if (tensor.Format != NumberFormat.I32) Fill(numbers, count * tensor.Format.Bytes(), tensor.Format, tensor.Name.EndsWith("Scale", StringComparison.Ordinal));
            if (tensor.Role is TensorRole.Output or TensorRole.InOut) _written.Add((tensor, numbers, count * tensor.Format.Bytes()));
            _addresses[tensor.Name] = tensor.IsTable ? Table(numbers, tensor, count, pages) : numbers;
        }
    }

    /// <summary>An argument's address as reflection takes it.</summary>
    public object Of(ParameterInfo parameter) => Pointer.Box((void*)_addresses[parameter.Name!], parameter.ParameterType);

    /// <summary>The same of integers.</summary>
    public object Of(ParameterInfo parameter, int[] numbers)
    {
        nint copy = Allocate(numbers.Length * sizeof(int));
        Marshal.Copy(numbers, 0, copy, numbers.Length);
        return Pointer.Box((void*)copy, parameter.ParameterType);
    }

    /// <summary>Fills what the kernel writes as it was at first.</summary>
    public void Restore()
    {
        foreach (var (tensor, numbers, bytes) in _written)
        {
            if (tensor.Format != NumberFormat.I32) Fill(numbers, bytes, tensor.Format, tensor.Name.EndsWith("Scale", StringComparison.Ordinal));
        }
    }

    /// <summary>What the kernel writes, as it is now.</summary>
    public List<(Tensor Tensor, byte[] Bytes)> Outputs() => _written.ConvertAll(w => (w.Tensor, new ReadOnlySpan<byte>((void*)w.Numbers, checked((int)w.Bytes)).ToArray()));

    public void Dispose()
    {
        foreach (nint block in _memory) NativeMemory.AlignedFree((void*)block);
        _memory.Clear();
    }

    // Pointers to the matrices of experts, or to pages.
    private nint Table(nint numbers, Tensor tensor, long count, int pages)
    {
        int entries = tensor.Dims[0].Size is Generators.Expressions.Const { Value: > 1 } experts ? (int)experts.Value : pages;
        long each = count / entries * tensor.Format.Bytes();
        nint table = Allocate(entries * sizeof(nint));
        for (int i = 0; i < entries; i++) ((nint*)table)[i] = numbers + (nint)(i * each);
        return table;
    }

    private nint Allocate(long bytes)
    {
        nint block = (nint)NativeMemory.AlignedAlloc((nuint)(bytes + 64), 64);
        _memory.Add(block);
        return block;
    }

    private void Fill(nint target, long bytes, NumberFormat format, bool scales)
    {
        if (!_blocks.TryGetValue((format, scales), out var block)) _blocks[(format, scales)] = block = RandomNumbers.Block(format, scales, BlockBytes);
        for (long at = 0; at < bytes; at += BlockBytes)
        {
            int length = (int)Math.Min(BlockBytes, bytes - at);
            Marshal.Copy(block, 0, target + (nint)at, length);
        }
    }
}
