namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>E4M3 decoding. Moving a code's seven magnitude bits to the place of a float's exponent and mantissa gives the value
/// times 2^(7-127) = 2^-120, exactly, subnormals included; the two halves of 2^120 are multiplied in where they are free.</summary>
internal static class Dequantize
{
    /// <summary>2^60.</summary>
    public const double HalfBias = 1152921504606846976;
}
