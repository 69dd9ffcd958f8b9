using System.Globalization;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Which vector width the kernels of this process use, and the choice among kernels compiled for several.</summary>
public static unsafe class HostVector
{
    /// <summary>Name of the environment variable that overrides the width: 512, 256, 128, or 0 for scalar code.</summary>
    public const string Variable = "DSC_VECTOR";

    private static int _width = -1;

    /// <summary>Bits: the widest the processor accelerates, or what <see cref="Variable"/> says; 0 is scalar.</summary>
    /// <exception cref="InvalidOperationException">The variable holds anything but 512, 256, 128 or 0.</exception>
    public static int Width => _width >= 0 ? _width : _width = Resolve(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The kernel for <see cref="Width"/>; see the other overload.</summary>
    public static delegate*<void*, int, int, void> Pick(
        delegate*<void*, int, int, void> p512,
        delegate*<void*, int, int, void> p256,
        delegate*<void*, int, int, void> p128,
        delegate*<void*, int, int, void> p0) => Pick(Width, p512, p256, p128, p0);

    /// <summary>The kernel for a width; where that one was not compiled (null), the next narrower one, then the next wider one.</summary>
    /// <exception cref="InvalidOperationException">No kernel was compiled at all.</exception>
    public static delegate*<void*, int, int, void> Pick(
        int width,
        delegate*<void*, int, int, void> p512,
        delegate*<void*, int, int, void> p256,
        delegate*<void*, int, int, void> p128,
        delegate*<void*, int, int, void> p0)
    {
        var compiled = stackalloc delegate*<void*, int, int, void>[4] { p512, p256, p128, p0 };
        var wanted = width switch { 512 => 0, 256 => 1, 128 => 2, _ => 3 };
        for (var i = wanted; i < 4; i++)
        {
            if (compiled[i] != null)
            {
                return compiled[i];
            }
        }

        for (var i = wanted - 1; i >= 0; i--)
        {
            if (compiled[i] != null)
            {
                return compiled[i];
            }
        }

        throw new InvalidOperationException("A kernel was compiled for no vector width; at least one of 512, 256, 128 and 0 is needed.");
    }

    /// <summary>The width in bits for a value of <see cref="Variable"/>; null or empty means the widest the processor accelerates.</summary>
    /// <exception cref="InvalidOperationException">The value is anything but 512, 256, 128 or 0.</exception>
    public static int Resolve(string? value) => value switch
    {
        null or "" => Widest(),
        "512" => 512,
        "256" => 256,
        "128" => 128,
        "0" => 0,
        _ => throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture,
            $"The environment variable {Variable} is '{value}'; it must be 512, 256, 128, or 0 for scalar code.")),
    };

    private static int Widest() =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
}
