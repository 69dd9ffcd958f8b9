using System.Globalization;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>The host at one vector width. 32 vector registers with AVX-512 and on Arm (128), 16 with AVX2.</summary>
/// <param name="Width">Bits of a vector; 0 for scalar code.</param>
public sealed record HostTarget(int Width) : Machine(Width == 0 ? 1 : Width / 32, Width == 256 ? 16 : 32, false)
{
    public static readonly HostTarget Scalar = new(0);

    /// <summary>End of the names of functions for this width.</summary>
    public string Suffix => Width == 0 ? "Scalar" : "V" + Width.ToString(CultureInfo.InvariantCulture);
}
