using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// Whole numbers of 16 bits, two to a word: products of a pair are summed by one instruction.
public static unsafe partial class Lanes
{
    /// <summary>Words of the whole numbers that are nearest to <paramref name="low"/> and <paramref name="high"/>, ties to even; magnitudes are below 2^15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Pair(Vector512<float> low, Vector512<float> high) => Pair(low, high, Vector512<float>.One);

    /// <inheritdoc cref="Pair(Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pair(Vector256<float> low, Vector256<float> high) => Pair(low, high, Vector256<float>.One);

    /// <inheritdoc cref="Pair(Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Pair(Vector128<float> low, Vector128<float> high) => Pair(low, high, Vector128<float>.One);

    /// <summary>Words of the whole numbers that are nearest to two numbers times a factor, ties to even; magnitudes are below 2^15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Pair(Vector512<float> low, Vector512<float> high, Vector512<float> factor)
    {
        // Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
        var magic = Vector512.Create(RoundMagic);
        return LowHalves(Vector512.MultiplyAddEstimate(low, factor, magic).AsInt32(), Vector512.MultiplyAddEstimate(high, factor, magic).AsInt32());
    }

    /// <inheritdoc cref="Pair(Vector512{float}, Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pair(Vector256<float> low, Vector256<float> high, Vector256<float> factor)
    {
        var magic = Vector256.Create(RoundMagic);
        return LowHalves(Vector256.MultiplyAddEstimate(low, factor, magic).AsInt32(), Vector256.MultiplyAddEstimate(high, factor, magic).AsInt32());
    }

    /// <inheritdoc cref="Pair(Vector512{float}, Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Pair(Vector128<float> low, Vector128<float> high, Vector128<float> factor)
    {
        var magic = Vector128.Create(RoundMagic);
        return LowHalves(Vector128.MultiplyAddEstimate(low, factor, magic).AsInt32(), Vector128.MultiplyAddEstimate(high, factor, magic).AsInt32());
    }

    /// <summary>The sums of the products of the halves of two words, low with low and high with high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> PairDot(Vector512<int> a, Vector512<int> b) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : Vector512.Create(PairDot(a.GetLower(), b.GetLower()), PairDot(a.GetUpper(), b.GetUpper()));

    /// <inheritdoc cref="PairDot(Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> PairDot(Vector256<int> a, Vector256<int> b) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : Vector256.Create(PairDot(a.GetLower(), b.GetLower()), PairDot(a.GetUpper(), b.GetUpper()));

    /// <inheritdoc cref="PairDot(Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> PairDot(Vector128<int> a, Vector128<int> b) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : ((a << 16 >> 16) * (b << 16 >> 16)) + ((a >> 16) * (b >> 16));

    /// <summary>The same, added to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> PairDot(Vector512<int> a, Vector512<int> b, Vector512<int> sum) => sum + PairDot(a, b);

    /// <inheritdoc cref="PairDot(Vector512{int}, Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> PairDot(Vector256<int> a, Vector256<int> b, Vector256<int> sum) => sum + PairDot(a, b);

    /// <inheritdoc cref="PairDot(Vector512{int}, Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> PairDot(Vector128<int> a, Vector128<int> b, Vector128<int> sum) => sum + PairDot(a, b);
}
