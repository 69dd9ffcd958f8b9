using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>How many numbers an argument of a kernel holds at given sizes.</summary>
/// <param name="Tensor">The argument.</param>
/// <param name="Count">Its numbers.</param>
public sealed record ArgumentSize(Tensor Tensor, long Count)
{
    /// <summary>The arguments of a kernel, in the order of its parameters.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="scalars">Value of every integer parameter.</param>
    /// <param name="rows">Rows of tensors whose first extent the kernel does not say: pages of the cache, positions of the rope table.</param>
    public static IReadOnlyList<ArgumentSize> Of(TensorKernel kernel, IReadOnlyDictionary<string, long> scalars, Func<Tensor, long> rows) =>
        kernel.Tensors.Where(t => t.IsArgument).Select(t => new ArgumentSize(t, CountOf(t, scalars, rows))).ToList();

    private static long CountOf(Tensor tensor, IReadOnlyDictionary<string, long> scalars, Func<Tensor, long> rows)
    {
        long count = 1;
        for (int i = 0; i < tensor.Dims.Count; i++)
        {
            var size = tensor.Dims[i].Size;
            bool open = i == 0 && size is Const { Value: 1 } && (tensor.IsTable || tensor.Dims.Count > 1);
            // Entries that tensors share are counted whole, whichever part is this one's.
            if (i == 1 && tensor.Pitch > 0) return count * tensor.Pitch;
            count *= open ? rows(tensor) : (long)(Interval.Of(size, scalars, new Dictionary<Axis, Interval?>())?.High
                ?? throw new ArgumentException($"The extent {size} of {tensor.Name} follows from no parameter that was given."));
        }

        return count;
    }
}
