using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Cuda;

namespace DeepSeekCompiler.Compile;

/// <summary>What loading a model took.</summary>
/// <param name="Spec">The specification that was compiled.</param>
/// <param name="Source">Where the code came from.</param>
/// <param name="Code">Time for configuration, headers and code.</param>
/// <param name="Binding">Time for checking and binding the weights.</param>
public sealed record LoadReport(ModelSpec Spec, CodeSource Source, TimeSpan Code, TimeSpan Binding)
{
    /// <summary>How kernels come to run on a CUDA device, kept up to date while they do; null elsewhere.</summary>
    public LaunchReport? Launches { get; init; }
}
