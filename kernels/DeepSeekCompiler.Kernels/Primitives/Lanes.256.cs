using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// 256 bits, 8 lanes.
public static unsafe partial class Lanes
{
    /// <summary>bfloat16 codes in the lower halves of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BF16Low(Vector256<int> words) => (words << 16).AsSingle();

    /// <summary>bfloat16 codes in the upper halves of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BF16High(Vector256<int> words) => (words & Vector256.Create(UpperHalf)).AsSingle();

    /// <summary>binary16 codes in the lower halves of the words; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> F16Low(Vector256<int> words) => F16High(words << 16);

    /// <summary>binary16 codes in the upper halves of the words; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> F16High(Vector256<int> words)
    {
        var magnitude = ((words >>> 3) & Vector256.Create(F16Magnitude)).AsSingle() * Vector256.Create(F16Factor);
        return magnitude | (words & Vector256.Create(SignBit)).AsSingle();
    }

    /// <summary>E4M3 codes in bits 24 to 31 of the words: values times 2^-120.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> E4M3Byte3(Vector256<int> words) => ((words >> 4) & Vector256.Create(E4M3Bits)).AsSingle();

    /// <summary>8 bfloat16 codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBF16_256(ushort* p) => BF16Low(Widen256(p));

    /// <summary>8 binary16 codes; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadF16_256(ushort* p) => F16Low(Widen256(p));

    /// <summary>8 E4M3 codes: values times 2^-120.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadE4M3_256(byte* p) => ((Widen256((sbyte*)p) << 20) & Vector256.Create(E4M3Bits)).AsSingle();

    /// <summary>Stores 8 bfloat16 codes, rounded to nearest, ties to even; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBF16(Vector256<float> values, ushort* p)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One)) >>> 16;
        var quiet = (bits >>> 16) | Vector256.Create(0x40u);
        Store16(Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), rounded, quiet), p);
    }

    /// <summary>Stores 8 binary16 codes, rounded to nearest, ties to even, infinity beyond 65504; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF16(Vector256<float> values, ushort* p)
    {
        var magnitude = Vector256.Abs(values);
        var bits = magnitude.AsUInt32();

        // Normal results keep ten bits of the fraction; smaller ones lie 2^-24 apart, the distance of floats at one half.
        var normal = ((bits + Vector256.Create(0xFFFu) + ((bits >>> 13) & Vector256<uint>.One)) >>> 13) - Vector256.Create(112u << 10);
        var small = (magnitude + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0x3F000000u);
        var code = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(F16MinNormal)).AsUInt32(), small, normal);
        var infinite = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(F16Overflow)).AsUInt32();
        code = Vector256.ConditionalSelect(infinite, Vector256.Create(0x7C00u), code);
        code = Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), code, Vector256.Create(0x7E00u));
        Store16(code | ((values.AsUInt32() >>> 16) & Vector256.Create(0x8000u)), p);
    }

    /// <summary>e to the power of each lane, within 2 units of the last place; exactly 1 at 0, 0 at minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> values)
    {
        // Beyond the limits the result is 0 or infinity all the same. The value comes second, so that NaN passes on x86 too.
        var x = Vector256.MinNative(Vector256.Create(ExpMax), Vector256.MaxNative(Vector256.Create(ExpMin), values));

        // e^x = 2^n e^r. Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
        var shifted = Vector256.MultiplyAddEstimate(x, Vector256.Create(Log2E), Vector256.Create(RoundMagic));
        var n = shifted.AsInt32() - Vector256.Create(RoundMagic).AsInt32();
        var whole = shifted - Vector256.Create(RoundMagic);
        var r = Vector256.MultiplyAddEstimate(whole, Vector256.Create(-Ln2Low), Vector256.MultiplyAddEstimate(whole, Vector256.Create(-Ln2High), x));

        // The Taylor series to the seventh power: |r| is at most ln(2) / 2, where the rest is below 6e-9.
        var sum = Vector256.MultiplyAddEstimate(r, Vector256.Create(1f / 5040), Vector256.Create(1f / 720));
        sum = Vector256.MultiplyAddEstimate(r, sum, Vector256.Create(1f / 120));
        sum = Vector256.MultiplyAddEstimate(r, sum, Vector256.Create(1f / 24));
        sum = Vector256.MultiplyAddEstimate(r, sum, Vector256.Create(1f / 6));
        sum = Vector256.MultiplyAddEstimate(r, sum, Vector256.Create(0.5f));
        sum = Vector256.MultiplyAddEstimate(r, sum, Vector256<float>.One);
        sum = Vector256.MultiplyAddEstimate(r, sum, Vector256<float>.One);

        // Two factors, because 2^n alone leaves the range of normal floats at both ends.
        var half = n >> 1;
        var bias = Vector256.Create(127);
        return sum * ((half + bias) << 23).AsSingle() * ((n - half + bias) << 23).AsSingle();
    }

    /// <summary>The nearest bfloat16 values, ties to even, infinity beyond the largest; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> RoundBF16(Vector256<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = ((bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One)) & Vector256.Create(~0xFFFFu)).AsSingle();
        return Vector256.ConditionalSelect(Vector256.Equals(values, values), rounded, values);
    }

    /// <summary>The nearest E4M3 values, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> RoundE4M3(Vector256<float> values)
    {
        var magnitude = Vector256.Abs(values);
        var bits = magnitude.AsUInt32();
        var small = magnitude + Vector256.Create(E4M3Magic) - Vector256.Create(E4M3Magic);
        var normal = ((bits + Vector256.Create(0x7FFFFu) + ((bits >>> 20) & Vector256<uint>.One)) & Vector256.Create(~0xFFFFFu)).AsSingle();
        var rounded = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(E4M3MinNormal)), small, normal);
        rounded = Vector256.ConditionalSelect(Vector256.LessThan(rounded, Vector256.Create(Scalars.E4M3Max)), rounded, Vector256.Create(Scalars.E4M3Max));
        var signed = rounded | (values.AsInt32() & Vector256.Create(SignBit)).AsSingle();
        return Vector256.ConditionalSelect(Vector256.Equals(values, values), signed, values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen256(ushort* p) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(p)
        : Vector256.Create(Widen128(p), Widen128(p + 4));

    // With copies of the sign in front, so that one shift puts sign and magnitude where a float has them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen256(sbyte* p) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(p)
        : Vector256.Create(Widen128(p), Widen128(p + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store16(Vector256<uint> codes, ushort* p) => Vector128.Narrow(codes.GetLower(), codes.GetUpper()).Store(p);
}
