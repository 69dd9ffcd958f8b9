using System.Diagnostics.CodeAnalysis;

namespace DeepSeekCompiler.Compile;

/// <summary>Whether this program can compile models while it runs, and reach devices. A program published to native code cannot: it runs the models that were
/// compiled into it, on the host. Its build sets the switch to false, and the compiler is left out of the file.</summary>
public static class RuntimeCompilation
{
    [FeatureSwitchDefinition("DeepSeekCompiler.RuntimeCompilation")]
    public static bool IsSupported => !AppContext.TryGetSwitch("DeepSeekCompiler.RuntimeCompilation", out bool supported) || supported;
}
