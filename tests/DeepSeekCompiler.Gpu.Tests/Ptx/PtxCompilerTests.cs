using System.Reflection;
using DeepSeekCompiler.Gpu.Tests.MockDriver;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using ILGPU;

namespace DeepSeekCompiler.Gpu.Tests.Ptx;

/// <summary>What the compiler refuses because ILGPU would compile it to something else.</summary>
public class PtxCompilerTests
{
    internal static void ByBits(LaunchTests.Arguments given) => given.values[Group.IdxX] *= Group.IdxX < given.count ? 1 : 0;

    internal static void ByValue(LaunchTests.Arguments given) => given.values[Group.IdxX] *= Group.IdxX < given.count ? 1f : 0f;

    [Fact]
    public void AConditionThatBecomesAFloat_IsRefused()
    {
        using var compiler = new PtxCompiler("sm_90a");
        string message = Assert.Throws<NotSupportedException>(() => compiler.Compile(Method(nameof(ByBits)))).Message;
        Assert.Contains("PtxCompilerTests.ByBits", message, StringComparison.Ordinal);
        Assert.Contains("0f3F800000", compiler.Compile(Method(nameof(ByValue))), StringComparison.OrdinalIgnoreCase);
    }

    private static MethodInfo Method(string name) => typeof(PtxCompilerTests).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
}
