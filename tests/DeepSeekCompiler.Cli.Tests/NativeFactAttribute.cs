using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary>A fact about native programs: it needs a linker.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute() => Skip = Requirements.Skip("native", () =>
        OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, "gcc")) || File.Exists(Path.Combine(p, "clang")))
            ? null : "Native compilation needs gcc or clang on the PATH, on Linux.");
}
