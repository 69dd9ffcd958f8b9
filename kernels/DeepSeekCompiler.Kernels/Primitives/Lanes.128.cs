using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// 128 bits, 4 lanes.
public static unsafe partial class Lanes
{
    /// <summary>bfloat16 codes in the lower halves of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BF16Low(Vector128<int> words) => (words << 16).AsSingle();

    /// <summary>bfloat16 codes in the upper halves of the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BF16High(Vector128<int> words) => (words & Vector128.Create(UpperHalf)).AsSingle();

    /// <summary>binary16 codes in the lower halves of the words; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F16Low(Vector128<int> words) => F16High(words << 16);

    /// <summary>binary16 codes in the upper halves of the words; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F16High(Vector128<int> words)
    {
        var magnitude = ((words >>> 3) & Vector128.Create(F16Magnitude)).AsSingle() * Vector128.Create(F16Factor);
        return magnitude | (words & Vector128.Create(SignBit)).AsSingle();
    }

    /// <summary>E4M3 codes in bits 24 to 31 of the words: values times 2^-120.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> E4M3Byte3(Vector128<int> words) => ((words >> 4) & Vector128.Create(E4M3Bits)).AsSingle();

    /// <summary>4 bfloat16 codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBF16_128(ushort* p) => BF16Low(Widen128(p));

    /// <summary>4 binary16 codes; finite ones exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadF16_128(ushort* p) => F16Low(Widen128(p));

    /// <summary>4 E4M3 codes: values times 2^-120.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadE4M3_128(byte* p) => ((Widen128((sbyte*)p) << 20) & Vector128.Create(E4M3Bits)).AsSingle();

    /// <summary>Stores 4 bfloat16 codes, rounded to nearest, ties to even; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBF16(Vector128<float> values, ushort* p)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128<uint>.One)) >>> 16;
        var quiet = (bits >>> 16) | Vector128.Create(0x40u);
        Store16(Vector128.ConditionalSelect(Vector128.Equals(values, values).AsUInt32(), rounded, quiet), p);
    }

    /// <summary>Stores 4 binary16 codes, rounded to nearest, ties to even, infinity beyond 65504; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreF16(Vector128<float> values, ushort* p)
    {
        var magnitude = Vector128.Abs(values);
        var bits = magnitude.AsUInt32();

        // Normal results keep ten bits of the fraction; smaller ones lie 2^-24 apart, the distance of floats at one half.
        var normal = ((bits + Vector128.Create(0xFFFu) + ((bits >>> 13) & Vector128<uint>.One)) >>> 13) - Vector128.Create(112u << 10);
        var small = (magnitude + Vector128.Create(0.5f)).AsUInt32() - Vector128.Create(0x3F000000u);
        var code = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(F16MinNormal)).AsUInt32(), small, normal);
        var infinite = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(F16Overflow)).AsUInt32();
        code = Vector128.ConditionalSelect(infinite, Vector128.Create(0x7C00u), code);
        code = Vector128.ConditionalSelect(Vector128.Equals(values, values).AsUInt32(), code, Vector128.Create(0x7E00u));
        Store16(code | ((values.AsUInt32() >>> 16) & Vector128.Create(0x8000u)), p);
    }

    /// <summary>e to the power of each lane, within 2 units of the last place; exactly 1 at 0, 0 at minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> values)
    {
        // Beyond the limits the result is 0 or infinity all the same. The value comes second, so that NaN passes on x86 too.
        var x = Vector128.MinNative(Vector128.Create(ExpMax), Vector128.MaxNative(Vector128.Create(ExpMin), values));

        // e^x = 2^n e^r. Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
        var shifted = Vector128.MultiplyAddEstimate(x, Vector128.Create(Log2E), Vector128.Create(RoundMagic));
        var n = shifted.AsInt32() - Vector128.Create(RoundMagic).AsInt32();
        var whole = shifted - Vector128.Create(RoundMagic);
        var r = Vector128.MultiplyAddEstimate(whole, Vector128.Create(-Ln2Low), Vector128.MultiplyAddEstimate(whole, Vector128.Create(-Ln2High), x));

        // The Taylor series to the seventh power: |r| is at most ln(2) / 2, where the rest is below 6e-9.
        var sum = Vector128.MultiplyAddEstimate(r, Vector128.Create(1f / 5040), Vector128.Create(1f / 720));
        sum = Vector128.MultiplyAddEstimate(r, sum, Vector128.Create(1f / 120));
        sum = Vector128.MultiplyAddEstimate(r, sum, Vector128.Create(1f / 24));
        sum = Vector128.MultiplyAddEstimate(r, sum, Vector128.Create(1f / 6));
        sum = Vector128.MultiplyAddEstimate(r, sum, Vector128.Create(0.5f));
        sum = Vector128.MultiplyAddEstimate(r, sum, Vector128<float>.One);
        sum = Vector128.MultiplyAddEstimate(r, sum, Vector128<float>.One);

        // Two factors, because 2^n alone leaves the range of normal floats at both ends.
        var half = n >> 1;
        var bias = Vector128.Create(127);
        return sum * ((half + bias) << 23).AsSingle() * ((n - half + bias) << 23).AsSingle();
    }

    /// <summary>The nearest bfloat16 values, ties to even, infinity beyond the largest; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> RoundBF16(Vector128<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = ((bits + Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128<uint>.One)) & Vector128.Create(~0xFFFFu)).AsSingle();
        return Vector128.ConditionalSelect(Vector128.Equals(values, values), rounded, values);
    }

    /// <summary>The nearest E4M3 values, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> RoundE4M3(Vector128<float> values)
    {
        var magnitude = Vector128.Abs(values);
        var bits = magnitude.AsUInt32();
        var small = magnitude + Vector128.Create(E4M3Magic) - Vector128.Create(E4M3Magic);
        var normal = ((bits + Vector128.Create(0x7FFFFu) + ((bits >>> 20) & Vector128<uint>.One)) & Vector128.Create(~0xFFFFFu)).AsSingle();
        var rounded = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(E4M3MinNormal)), small, normal);
        rounded = Vector128.ConditionalSelect(Vector128.LessThan(rounded, Vector128.Create(Scalars.E4M3Max)), rounded, Vector128.Create(Scalars.E4M3Max));
        var signed = rounded | (values.AsInt32() & Vector128.Create(SignBit)).AsSingle();
        return Vector128.ConditionalSelect(Vector128.Equals(values, values), signed, values);
    }

    // Eight and four bytes exactly: a wider load could leave the mapped file.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen128(ushort* p) =>
        Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(p)).AsUInt16()).AsInt32();

    // With copies of the sign in front, so that one shift puts sign and magnitude where a float has them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen128(sbyte* p) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(p)).AsSByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store16(Vector128<uint> codes, ushort* p) =>
        Unsafe.WriteUnaligned(p, Vector128.Narrow(codes, codes).AsUInt64().ToScalar());
}
