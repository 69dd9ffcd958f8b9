using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>A kind of device program and the architecture it is assembled for. This is the one list of what is shipped for CUDA: explanations and the table
/// of resources follow it.</summary>
/// <param name="Architecture"><c>sm_80</c>, <c>sm_89</c>, <c>sm_90a</c>.</param>
/// <param name="Variant">The device program.</param>
public sealed record CudaBuild(string Architecture, DeviceThreads Variant)
{
    public static IReadOnlyList<CudaBuild> All { get; } =
    [
        new("sm_80", DeviceThreads.Warp32),
        new("sm_89", DeviceThreads.Warp32),
        new("sm_90a", DeviceThreads.Warp32),
    ];

    /// <summary>What its kernels are lowered for.</summary>
    public DeviceTarget Target => new((int)Variant);
}
