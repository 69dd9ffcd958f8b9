using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>What groups of 32 threads do together in dispatch, experts and combine, on an OpenCL device. One shape: drivers for CPUs take minutes to compile
/// kernels of groups with many barriers.</summary>
public class OpenClWarp32Tests : KernelCases
{
    [OpenClFact]
    public void Experts_MatchThePlainReference() => CheckExperts(1, 1, NumberFormat.F32);

    private protected override KernelTarget Create(ModelSpec spec) => new KernelDevice(spec, DeviceVariant.Warp32);
}
