using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The common shape of every projection: rows are prepared, multiplied with one or more matrices in one pass, and the sums are finished in place.</summary>
internal sealed class MatrixAlgorithm(MatrixForm form, ActivationRows rows, TensorKernel kernel, IReadOnlyList<Product> products, IReadOnlyList<Stage> after)
{
    public MatrixForm Form { get; } = form;

    public ActivationRows Rows { get; } = rows;

    public TensorKernel Kernel { get; } = kernel;

    /// <summary>Products that start a group of work items; partners hang on them.</summary>
    public IReadOnlyList<Product> Products { get; } = products;

    /// <summary>Stages by token once all sums are there (a norm over a projection's output, the cache write).</summary>
    public IReadOnlyList<Stage> After { get; } = after;

    /// <summary>In training, the factors as they are rounded in front of everything else.</summary>
    public Operand[] Operands { get; init; } = [];
}
