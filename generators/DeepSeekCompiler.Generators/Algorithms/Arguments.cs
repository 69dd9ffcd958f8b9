using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Parameters of kernels written at loop level.</summary>
internal static class Arguments
{
    public static Dictionary<string, Buffer> Of(TensorKernel kernel)
    {
        var result = new Dictionary<string, Buffer>();
        foreach (var tensor in kernel.Tensors) result[tensor.Name] = new Buffer(tensor.Name, tensor.Format, MemoryScope.Argument, 0, tensor.IsTable);
        return result;
    }

    /// <summary>Wraps one phase as a kernel.</summary>
    public static LoweredKernel Kernel(TensorKernel kernel, Dictionary<string, Buffer> arguments, Expr items, Block body)
    {
        var used = new List<Buffer>();
        foreach (var tensor in kernel.Tensors) used.Add(arguments[tensor.Name]);
        var function = new LoopFunction(kernel.Name + "Items", kernel.Scalars, used, items, body);
        return new(kernel, new KernelSchedule("written at loop level", []), [function], []);
    }
}
