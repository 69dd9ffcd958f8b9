namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>Facts of the host at one vector width that schedules depend on.</summary>
/// <param name="Width">Bits of a vector; 0 for scalar code.</param>
public sealed record HostTarget(int Width)
{
    public static readonly HostTarget Scalar = new(0);

    /// <summary>Float32 numbers in a vector.</summary>
    public int Lanes => Width == 0 ? 1 : Width / 32;

    /// <summary>Vector registers an inner loop may count on: 32 with AVX-512 and on Arm (128), 16 with AVX2.</summary>
    public int Registers => Width == 256 ? 16 : 32;

    /// <summary>End of the names of functions for this width.</summary>
    public string Suffix => Width == 0 ? "Scalar" : "V" + Width.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
