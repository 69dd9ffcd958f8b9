using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>A kernel's definition with the handles a schedule needs.</summary>
public interface IAlgorithm
{
    TensorKernel Kernel { get; }
}
