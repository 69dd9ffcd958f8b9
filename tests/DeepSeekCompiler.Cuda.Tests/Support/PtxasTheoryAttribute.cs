using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Support;

/// <summary>A theory that needs NVIDIA's assembler and disassembler.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PtxasTheoryAttribute : TheoryAttribute
{
    public PtxasTheoryAttribute() => Skip = Requirements.Skip("ptxas", () => PtxAssembler.Find() is null ? "No ptxas; .ci/fetch-ptxas fetches it." : null);
}
