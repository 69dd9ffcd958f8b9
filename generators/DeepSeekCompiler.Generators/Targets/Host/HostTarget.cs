using System.Globalization;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>The host at one vector width. 32 vector registers with AVX-512 and on Arm (128), 16 with AVX2.</summary>
public sealed record HostTarget : Machine
{
    public HostTarget(int width)
        : base(width == 0 ? 1 : width / 32, width == 256 ? 16 : 32, false) => (Width, PacksPanels) = (width, true);

    /// <summary>Bits of a vector; 0 for scalar code.</summary>
    public int Width { get; }

    public static readonly HostTarget Scalar = new(0);

    /// <summary>End of the names of functions for this width.</summary>
    public string Suffix => Width == 0 ? "Scalar" : "V" + Width.ToString(CultureInfo.InvariantCulture);
}
