using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

/// <summary>Gradients of an OpenCL device against finite differences of the plain reference, on the ragged shapes of <see cref="TrainingDifferenceTests"/>: between them
/// the kinds use every backward algorithm.</summary>
public sealed class OpenClDifferenceTests
{
    [OpenClTheory]
    [InlineData("latent, prediction", 1, 53)]
    [InlineData("no query latent", 3, 11)]
    [InlineData("grouped", 1, 67)]
    public void Gradients_EqualFiniteDifferences(string kind, int batch, int length) =>
        TrainingDifferenceTests.Check(kind, new() { Batch = batch, Length = length, Threads = 1, VectorWidth = 512, Device = "opencl", Variant = DeviceVariant.Cpu });
}
