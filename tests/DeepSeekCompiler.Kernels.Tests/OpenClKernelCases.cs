using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernel cases on an OpenCL device.</summary>
public abstract class OpenClKernelCases(DeviceVariant variant) : KernelCases
{
    /// <summary>A ragged shape of every format: a driver compiles some twenty kernels for each.</summary>
    public static TheoryData<int, int, NumberFormat> DeviceShapes => new()
    {
        { 1, 1, NumberFormat.F32 }, { 130, 33, NumberFormat.BF16 }, { 45, 50, NumberFormat.F16 }, { 136, 144, NumberFormat.E4M3 },
    };

    [OpenClTheory]
    [MemberData(nameof(DeviceShapes))]
    public void Projections_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckProjections(hidden, inner, format);

    [OpenClTheory]
    [MemberData(nameof(DeviceShapes))]
    public void Experts_MatchThePlainReference(int hidden, int inner, NumberFormat format) => CheckExperts(hidden, inner, format);

    private protected override int Streamed => Limits.MaxDecode;

    private protected override KernelTarget Create(ModelSpec spec) => new KernelDevice(spec, variant);
}
