using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

/// <summary>Gradients of an OpenCL device against finite differences of the plain reference, on the ragged shapes of <see cref="TrainingDifferenceTests"/>: between them
/// the kinds use every backward algorithm.</summary>
public sealed class OpenClDifferenceTests
{
    [OpenClTheory]
    [InlineData("latent, prediction", 1, 53, DeviceVariant.Cpu)]
    [InlineData("no query latent", 3, 11, DeviceVariant.Cpu)]
    [InlineData("grouped", 1, 67, DeviceVariant.Warp32)]
    [InlineData("dense, tied", 2, 12, DeviceVariant.Cpu)]
    public void Gradients_EqualFiniteDifferences(string kind, int batch, int length, DeviceVariant variant) =>
        TrainingDifferenceTests.Check(kind, new() { Batch = batch, Length = length, Threads = 1, Device = "opencl", Variant = variant });

    [OpenClFact]
    public void TheBalanceLoss_PullsAlongItsSlope() =>
        TrainingDifferenceTests.CheckBalance(Generators.Spec.ScoringFunc.Softmax, new() { Batch = 2, Length = 20, Threads = 1, Device = "opencl", Variant = DeviceVariant.Cpu });
}
