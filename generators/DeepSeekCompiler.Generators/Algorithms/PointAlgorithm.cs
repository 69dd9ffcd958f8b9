using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>A kernel whose stages all work on one row (a token, a slot) at a time.</summary>
internal sealed class PointAlgorithm(TensorKernel kernel, Axis item)
{
    public TensorKernel Kernel { get; } = kernel;

    public Axis Item { get; } = item;
}
