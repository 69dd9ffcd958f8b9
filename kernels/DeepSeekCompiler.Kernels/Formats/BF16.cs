using System.Runtime.CompilerServices;
using DeepSeekCompiler.Kernels.Primitives;

namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>The upper half of binary32.</summary>
public static class BF16
{
    /// <summary>The nearest code, ties to even; NaN stays NaN, infinities and the sign of zero stay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Encode(float value) => Scalars.ToBF16(value);

    /// <summary>The value of a code, exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Decode(ushort code) => Scalars.BF16(code);
}
