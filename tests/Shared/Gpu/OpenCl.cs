using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Tests;

/// <summary>The OpenCL device of this machine: PoCL, where there is no GPU.</summary>
internal static class OpenCl
{
    private static readonly Lazy<string?> s_skip = new(() => Requirements.Skip("opencl", Missing));

    public static string? Skip => s_skip.Value;

    private static string? Missing()
    {
        try
        {
            return GpuDevices.List().Any(d => d.Name.StartsWith("opencl", StringComparison.Ordinal) && d.Refusal is null) ? null
                : "No suitable OpenCL device; .ci/install-opencl installs PoCL 6.";
        }
        catch (DeviceException e)
        {
            return e.Message;
        }
    }
}

/// <summary>A fact about OpenCL devices.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenClFactAttribute : FactAttribute
{
    public OpenClFactAttribute() => Skip = OpenCl.Skip;
}

/// <summary>A theory about OpenCL devices.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenClTheoryAttribute : TheoryAttribute
{
    public OpenClTheoryAttribute() => Skip = OpenCl.Skip;
}
