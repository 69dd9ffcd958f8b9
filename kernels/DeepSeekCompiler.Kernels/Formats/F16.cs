using System.Runtime.CompilerServices;

namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>IEEE binary16, all of it: subnormal numbers, infinities and NaN.</summary>
public static class F16
{
    /// <summary>The nearest code, ties to even; infinity from 65520 on; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Encode(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>The value of a code, exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Decode(ushort code) => (float)BitConverter.UInt16BitsToHalf(code);
}
