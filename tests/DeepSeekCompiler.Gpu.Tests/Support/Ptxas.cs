using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Support;

/// <summary>NVIDIA's assembler, where tests find one.</summary>
internal static class Ptxas
{
    public static string? Skip { get; } = Requirements.Skip("ptxas", () => PtxAssembler.Find() is null ? "No ptxas; .ci/fetch-ptxas fetches it." : null);

    public static string Path => PtxAssembler.Find() ?? throw new InvalidOperationException("DSC_REQUIRE asks for ptxas, and there is none; .ci/fetch-ptxas fetches it.");
}

/// <summary>A fact about assembled kernels.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PtxasFactAttribute : FactAttribute
{
    public PtxasFactAttribute() => Skip = Ptxas.Skip;
}

/// <summary>A theory about assembled kernels.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PtxasTheoryAttribute : TheoryAttribute
{
    public PtxasTheoryAttribute() => Skip = Ptxas.Skip;
}
