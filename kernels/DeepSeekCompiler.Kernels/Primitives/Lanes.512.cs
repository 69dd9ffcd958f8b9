using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// 512 bits, 16 lanes.
public static unsafe partial class Lanes
{
    /// <summary>bfloat16 codes in the lower halves of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> BF16Low(Vector512<int> words) => (words << 16).AsSingle();

    /// <summary>bfloat16 codes in the upper halves of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> BF16High(Vector512<int> words) => (words & Vector512.Create(UpperHalf)).AsSingle();

    /// <summary>binary16 codes in the lower halves of the words; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> F16Low(Vector512<int> words) => F16High(words << 16);

    /// <summary>binary16 codes in the upper halves of the words; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> F16High(Vector512<int> words)
    {
        var magnitude = ((words >>> 3) & Vector512.Create(F16Magnitude)).AsSingle() * Vector512.Create(F16Factor);
        return magnitude | (words & Vector512.Create(SignBit)).AsSingle();
    }

    /// <summary>E4M3 codes in bits 24 to 31 of the words: values times 2^-120.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> E4M3Byte3(Vector512<int> words) => ((words >> 4) & Vector512.Create(E4M3Bits)).AsSingle();

    /// <summary>16 bfloat16 codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBF16_512(ushort* p) => BF16Low(Widen512(p));

    /// <summary>16 binary16 codes; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadF16_512(ushort* p) => F16Low(Widen512(p));

    /// <summary>16 E4M3 codes: values times 2^-120.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadE4M3_512(byte* p) => ((Widen512((sbyte*)p) << 20) & Vector512.Create(E4M3Bits)).AsSingle();

    /// <summary>Stores 16 bfloat16 codes, rounded to nearest, ties to even; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBF16(Vector512<float> values, ushort* p)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One)) >>> 16;
        var quiet = (bits >>> 16) | Vector512.Create(0x40u);
        Store16(Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, quiet), p);
    }

    /// <summary>Stores 16 binary16 codes, rounded to nearest, ties to even, infinity beyond 65504; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF16(Vector512<float> values, ushort* p)
    {
        var magnitude = Vector512.Abs(values);
        var bits = magnitude.AsUInt32();

        // Normal results keep ten bits of the fraction; smaller ones lie 2^-24 apart, the distance of floats at one half.
        var normal = ((bits + Vector512.Create(0xFFFu) + ((bits >>> 13) & Vector512<uint>.One)) >>> 13) - Vector512.Create(112u << 10);
        var small = (magnitude + Vector512.Create(0.5f)).AsUInt32() - Vector512.Create(0x3F000000u);
        var code = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(F16MinNormal)).AsUInt32(), small, normal);
        var infinite = Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(F16Overflow)).AsUInt32();
        code = Vector512.ConditionalSelect(infinite, Vector512.Create(0x7C00u), code);
        code = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), code, Vector512.Create(0x7E00u));
        Store16(code | ((values.AsUInt32() >>> 16) & Vector512.Create(0x8000u)), p);
    }

    /// <summary>e to the power of each lane, within 2 units of the last place; exactly 1 at 0, 0 at minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> values)
    {
        // Beyond the limits the result is 0 or infinity all the same. The value comes second, so that NaN passes on x86 too.
        var x = Vector512.MinNative(Vector512.Create(ExpMax), Vector512.MaxNative(Vector512.Create(ExpMin), values));

        // e^x = 2^n e^r. Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
        var shifted = Vector512.MultiplyAddEstimate(x, Vector512.Create(Log2E), Vector512.Create(RoundMagic));
        var n = shifted.AsInt32() - Vector512.Create(RoundMagic).AsInt32();
        var whole = shifted - Vector512.Create(RoundMagic);
        var r = Vector512.MultiplyAddEstimate(whole, Vector512.Create(-Ln2Low), Vector512.MultiplyAddEstimate(whole, Vector512.Create(-Ln2High), x));

        // The Taylor series to the seventh power: |r| is at most ln(2) / 2, where the rest is below 6e-9.
        var sum = Vector512.MultiplyAddEstimate(r, Vector512.Create(1f / 5040), Vector512.Create(1f / 720));
        sum = Vector512.MultiplyAddEstimate(r, sum, Vector512.Create(1f / 120));
        sum = Vector512.MultiplyAddEstimate(r, sum, Vector512.Create(1f / 24));
        sum = Vector512.MultiplyAddEstimate(r, sum, Vector512.Create(1f / 6));
        sum = Vector512.MultiplyAddEstimate(r, sum, Vector512.Create(0.5f));
        sum = Vector512.MultiplyAddEstimate(r, sum, Vector512<float>.One);
        sum = Vector512.MultiplyAddEstimate(r, sum, Vector512<float>.One);

        // Two factors, because 2^n alone leaves the range of normal floats at both ends.
        var half = n >> 1;
        var bias = Vector512.Create(127);
        return sum * ((half + bias) << 23).AsSingle() * ((n - half + bias) << 23).AsSingle();
    }

    /// <summary>The nearest bfloat16 values, ties to even, infinity beyond the largest; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> RoundBF16(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = ((bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One)) & Vector512.Create(~0xFFFFu)).AsSingle();
        return Vector512.ConditionalSelect(Vector512.Equals(values, values), rounded, values);
    }

    /// <summary>The nearest E4M3 values, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> RoundE4M3(Vector512<float> values)
    {
        var magnitude = Vector512.Abs(values);
        var bits = magnitude.AsUInt32();
        var small = magnitude + Vector512.Create(E4M3Magic) - Vector512.Create(E4M3Magic);
        var normal = ((bits + Vector512.Create(0x7FFFFu) + ((bits >>> 20) & Vector512<uint>.One)) & Vector512.Create(~0xFFFFFu)).AsSingle();
        var rounded = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(E4M3MinNormal)), small, normal);
        rounded = Vector512.ConditionalSelect(Vector512.LessThan(rounded, Vector512.Create(Scalars.E4M3Max)), rounded, Vector512.Create(Scalars.E4M3Max));
        var signed = rounded | (values.AsInt32() & Vector512.Create(SignBit)).AsSingle();
        return Vector512.ConditionalSelect(Vector512.Equals(values, values), signed, values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen512(ushort* p) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector256.Load(p))
        : Vector512.Create(Widen256(p), Widen256(p + 8));

    // With copies of the sign in front, so that one shift puts sign and magnitude where a float has them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen512(sbyte* p) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.Load(p))
        : Vector512.Create(Widen256(p), Widen256(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store16(Vector512<uint> codes, ushort* p)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256UInt16(codes).Store(p);
        }
        else
        {
            Vector256.Narrow(codes.GetLower(), codes.GetUpper()).Store(p);
        }
    }
}
