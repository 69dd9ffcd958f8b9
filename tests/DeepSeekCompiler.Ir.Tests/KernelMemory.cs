using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Random arguments for a kernel, the same for the same seed: numbers in the formats of its tensors, and integers that make sense under their names.</summary>
internal static class KernelMemory
{
    public const int Position = 70;

    public static Memory Create(LoweredKernel lowered, ModelSpec spec, int tokens, int seed)
    {
        var random = new Random(seed);
        var memory = new Memory();
        int k = spec.Experts!.NumExpertsPerTok, experts = spec.Experts.NRoutedExperts;
        foreach (var (name, value) in new[] { ("tokens", tokens), ("position", Position), ("splits", 2), ("slots", tokens * k), ("active", experts) }) memory.Scalars[name] = value;
        foreach (var tensor in lowered.Kernel.Tensors)
        {
            if (tensor.Role == TensorRole.Temp) continue;
            int[] dims = tensor.Dims.Select(d => Size(d.Size, memory)).ToArray();
            if (tensor.Role == TensorRole.Ahead)
            {
                memory.Tables[tensor.Name] = [.. Enumerable.Repeat(new Storage(dims[1]), dims[0])];
                continue;
            }

            if (tensor.IsTable)
            {
                int length = tensor.Offset + dims.Skip(1).Aggregate(1, (a, b) => a * b);
                memory.Tables[tensor.Name] = Enumerable.Range(0, Math.Max(dims[0], 8)).Select(_ => Fill(tensor, length, random)).ToArray();
                continue;
            }

            if (dims[0] == 1 && dims.Length > 1) dims[0] = 128;
            if (tensor.Name == "offset") dims[0]++;
            memory.Buffers[tensor.Name] = tensor.Format == NumberFormat.I32 ? Integers(tensor.Name, dims.Aggregate(1, (a, b) => a * b), spec, tokens, random)
                : Fill(tensor, dims.Aggregate(1, (a, b) => a * b), random);
        }

        foreach (var buffer in lowered.Workspace) memory.Buffers[buffer.Buffer.Name] = new Storage(Size(buffer.Length, memory));
        return memory;
    }

    /// <summary>Everything the kernel wrote.</summary>
    public static IEnumerable<(string Name, double[] Numbers)> Outputs(LoweredKernel lowered, Memory memory)
    {
        foreach (var tensor in lowered.Kernel.Tensors)
        {
            if (tensor.Role is not (TensorRole.Output or TensorRole.InOut)) continue;
            if (tensor.IsTable) yield return (tensor.Name, memory.Tables[tensor.Name].SelectMany(t => t.Numbers).ToArray());
            else yield return (tensor.Name, memory.Buffers[tensor.Name].Numbers);
        }
    }

    private static Storage Fill(Tensor tensor, int length, Random random)
    {
        var numbers = new double[length];
        for (int i = 0; i < length; i++)
        {
            double value = (random.NextDouble() * 2) - 1;
            numbers[i] = tensor.Format switch
            {
                NumberFormat.I32 => ((int)(value * 3584) & 0xFFFF) | (random.Next(-3584, 3585) << 16),
                NumberFormat.E4M3 => Rounding.E4M3(value * 448) * Storage.E4M3Factor,
                NumberFormat.BF16 => Rounding.BF16((float)value),
                NumberFormat.F16 => (double)(Half)value,
                _ when tensor.Name.EndsWith("Scale", StringComparison.Ordinal) => (float)((Math.Abs(value) + 0.1) * 1e-3),
                _ => (float)value,
            };
        }

        return new Storage(numbers);
    }

    private static Storage Integers(string name, int length, ModelSpec spec, int tokens, Random random)
    {
        int k = spec.Experts!.NumExpertsPerTok, experts = spec.Experts.NRoutedExperts, slots = tokens * k;
        Func<int, double> of = name switch
        {
            "expert" => i => Math.Min(i, experts - 1),
            "offset" => i => (long)slots * Math.Min(i, experts) / experts,
            "slotToken" => i => i % tokens,
            "slot" => i => i % Math.Max(slots, 1),
            "chosen" => i => i % experts,
            _ => _ => random.Next(spec.VocabSize),
        };
        return new Storage(Enumerable.Range(0, Math.Max(length, slots)).Select(of).ToArray());
    }

    private static int Size(Expr size, Memory memory) => size switch
    {
        Const c => (int)c.Value,
        Var v => memory.Scalars[v.Name],
        Binary { Op: BinaryOp.Mul } b => Size(b.Left, memory) * Size(b.Right, memory),
        Binary { Op: BinaryOp.Add } b => Size(b.Left, memory) + Size(b.Right, memory),
        Binary { Op: BinaryOp.Div } b => Size(b.Left, memory) / Size(b.Right, memory),
        _ => throw new ArgumentException($"the size {size} is not understood"),
    };
}
