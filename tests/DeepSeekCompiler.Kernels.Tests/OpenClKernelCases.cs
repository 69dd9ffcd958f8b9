using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on an OpenCL device.</summary>
public abstract class OpenClKernelCases(DeviceVariant variant) : KernelCases
{
    [OpenClTheory]
    [MemberData(nameof(Shapes))]
    public void Projections_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckProjections(hidden, inner, format);

    [OpenClTheory]
    [MemberData(nameof(Shapes))]
    public void Experts_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckExperts(hidden, inner, format);

    private protected override KernelTarget Create(ModelSpec spec) => new KernelDevice(spec, variant);
}
