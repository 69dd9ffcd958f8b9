namespace DeepSeekCompiler.Generators.Spec;

/// <summary>What there is to know about formats.</summary>
public static class NumberFormats
{
    /// <summary>Bytes of a number.</summary>
    public static int Bytes(this NumberFormat format) => format switch { NumberFormat.E4M3 => 1, NumberFormat.F16 or NumberFormat.BF16 or NumberFormat.I16 => 2, _ => 4 };
}
