using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>The matrices that a kernel multiplies with: what its best schedule depends on.</summary>
/// <param name="Format">Their format.</param>
/// <param name="Matrices">Rows and columns.</param>
public sealed record KernelWeights(NumberFormat Format, EquatableArray<(int Rows, int Columns)> Matrices)
{
    /// <summary>Rows of the smallest.</summary>
    public int Rows => Matrices.Min(m => m.Rows);

    /// <summary>Columns of the smallest.</summary>
    public int Columns => Matrices.Min(m => m.Columns);

    internal static KernelWeights Of(IReadOnlyList<WeightTensor> weights) => new(weights[0].Format, new(weights.Select(w => (w.Rows, w.Columns))));

    internal static KernelWeights Of(IEnumerable<Product> products)
    {
        var weights = new List<WeightTensor>();
        foreach (var first in products)
        {
            for (var product = first; product is not null; product = product.Partner)
            {
                if (!weights.Contains(product.Weight)) weights.Add(product.Weight);
            }
        }

        return Of(weights);
    }

    public override string ToString() => string.Join(" + ", Matrices.Select(m => $"{m.Rows}x{m.Columns}")) + " " + Format.ToString().ToLowerInvariant();
}
