using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>A kind of device program and the architecture it is assembled for. This is the one list of what is shipped for CUDA: explanations and the table
/// of resources follow it.</summary>
/// <param name="Architecture"><c>sm_80</c>, <c>sm_89</c>, <c>sm_90a</c>.</param>
/// <param name="Variant">The device program.</param>
public sealed record CudaBuild(string Architecture, DeviceVariant Variant)
{
    public static IReadOnlyList<CudaBuild> All { get; } =
    [
        new("sm_80", DeviceVariant.Sm80),
        new("sm_89", DeviceVariant.Sm89),
        new("sm_90a", DeviceVariant.Sm90),
    ];

    /// <summary>What its kernels are lowered for.</summary>
    public DeviceTarget Target => DeviceTargets.For(ModelLoader.Devices(Variant));
}
