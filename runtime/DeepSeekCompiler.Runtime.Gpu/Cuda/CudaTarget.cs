using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>What kernels are compiled for: an architecture and a version of the PTX language.</summary>
/// <param name="Architecture"><c>sm_80</c>, <c>sm_90a</c> ...</param>
/// <param name="IsaMajor">Version of the PTX language.</param>
/// <param name="IsaMinor">Its minor part.</param>
public sealed record CudaTarget(string Architecture, int IsaMajor, int IsaMinor)
{
    // What all kernels are written in where the driver allows, so that the text is the same under newer drivers. FP8 matrix instructions of sm_89 need it.
    private const int Preferred = 804;

    // The version a driver knows (PTX ISA, release notes): a driver for CUDA 12.4 knows 8.4, one for 13.0 knows 9.0.
    private static readonly (int Driver, int Isa)[] s_versions =
    [
        (11080, 708), (12000, 800), (12010, 801), (12020, 802), (12030, 803), (12040, 804), (12050, 805), (12060, 805), (12070, 806), (12080, 807), (12090, 808), (13000, 900), (13010, 901),
    ];

    // The first version that knows an architecture.
    private static readonly (int Architecture, int Isa)[] s_first = [(75, 603), (80, 700), (86, 701), (87, 704), (89, 708), (90, 800), (100, 806), (101, 806), (103, 808), (120, 807), (121, 808)];

    /// <summary>A compiler for it.</summary>
    internal PtxCompiler CreateCompiler() => new(Architecture, IsaMajor, IsaMinor);

    /// <summary>The best target of a device under a driver.</summary>
    /// <param name="major">Compute capability.</param>
    /// <param name="minor">Its minor part.</param>
    /// <param name="driver">What cuDriverGetVersion says: 12040 for CUDA 12.4.</param>
    /// <exception cref="DeviceException">The driver is too old, or the device is.</exception>
    public static CudaTarget Of(int major, int minor, int driver)
    {
        var number = 10 * major + minor;
        if (number < 60)
        {
            throw new DeviceException(string.Create(CultureInfo.InvariantCulture, $"the device has compute capability {major}.{minor}, and kernels need 6.0 or newer."));
        }

        var isa = s_versions.LastOrDefault(v => v.Driver <= driver).Isa;
        if (isa == 0)
        {
            throw new DeviceException(string.Create(CultureInfo.InvariantCulture, $"its driver is for CUDA {driver / 1000}.{driver % 1000 / 10}, which is too old; kernels need a driver for CUDA 11.8 or newer."));
        }

        var first = s_first.LastOrDefault(f => f.Architecture <= number).Isa;
        if (first > isa)
        {
            throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"its driver is for CUDA {driver / 1000}.{driver % 1000 / 10}, which is too old for compute capability {major}.{minor}: PTX {first / 100}.{first % 100} is needed, and it knows {isa / 100}.{isa % 100}."));
        }

        isa = Math.Max(Math.Min(isa, Preferred), first);
        // Warpgroup instructions are Hopper's alone, and only code for sm_90a has them.
        return new(string.Create(CultureInfo.InvariantCulture, $"sm_{number}{(number == 90 ? "a" : "")}"), isa / 100, isa % 100);
    }
}
