using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Training;

/// <summary>The training pass on CUDA devices, as far as an assembler can tell: every kernel becomes PTX that ptxas takes.</summary>
public class AssemblyTests
{
    /// <summary>Devices with matrix instructions train without them, by the program of groups of 32.</summary>
    [PtxasFact]
    public void EveryKernel_Assembles()
    {
        const string Architecture = "sm_80";
        var program = TrainingCompiler.CreateDeviceProgram(CheckpointSpec.ReadConfig(GoldenFiles.Path("train", "config.json")), DeviceVariant.Sm80);
        Assert.Equal("OnDevice32", program.GetType().Name);
        using var compiler = new PtxCompiler(Architecture);
        var kernels = PtxCompiler.Kernels(program).ToDictionary(k => k.Name, k => compiler.Compile(k.Entry));
        foreach (string kernel in new[] { "Attention.Heads", "AttentionBackward.Heads", "CrossEntropy.Rows", "ExpertUpWeight.Products", "RouterBackward.Items" }) Assert.Contains(kernel, kernels.Keys);
        Parallel.ForEach(kernels, new ParallelOptions { MaxDegreeOfParallelism = 2 }, k => Assert.InRange(PtxAssembler.Assemble(Ptxas.Path, k.Value, Architecture).Registers, 1, 255));
    }
}
