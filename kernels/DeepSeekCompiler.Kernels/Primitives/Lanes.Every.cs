using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// Numbers that lie two or four apart, and sums across lanes.
public static unsafe partial class Lanes
{
    /// <summary>16 numbers, two apart, from number <paramref name="first"/> (0 or 1) of p on; 32 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Every2_512(float* p, int first) => Pick(Vector512.Load(p), Vector512.Load(p + 16), first);

    /// <summary>16 words, two apart, from word <paramref name="first"/> (0 or 1) of p on; 32 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Every2_512(int* p, int first) => Every2_512((float*)p, first).AsInt32();

    /// <summary>16 numbers, four apart, from number <paramref name="first"/> (0 to 3) of p on; 64 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Every4_512(float* p, int first) => Pick(Every2_512(p, first & 1), Every2_512(p + 32, first & 1), first >> 1);

    /// <summary>8 numbers, two apart, from number <paramref name="first"/> (0 or 1) of p on; 16 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Every2_256(float* p, int first) => Pick(Vector256.Load(p), Vector256.Load(p + 8), first);

    /// <summary>8 words, two apart, from word <paramref name="first"/> (0 or 1) of p on; 16 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Every2_256(int* p, int first) => Every2_256((float*)p, first).AsInt32();

    /// <summary>8 numbers, four apart, from number <paramref name="first"/> (0 to 3) of p on; 32 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Every4_256(float* p, int first) => Pick(Every2_256(p, first & 1), Every2_256(p + 16, first & 1), first >> 1);

    /// <summary>4 numbers, two apart, from number <paramref name="first"/> (0 or 1) of p on; 8 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Every2_128(float* p, int first) => Pick(Vector128.Load(p), Vector128.Load(p + 4), first);

    /// <summary>4 words, two apart, from word <paramref name="first"/> (0 or 1) of p on; 8 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Every2_128(int* p, int first) => Every2_128((float*)p, first).AsInt32();

    /// <summary>4 numbers, four apart, from number <paramref name="first"/> (0 to 3) of p on; 16 are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Every4_128(float* p, int first) => Pick(Every2_128(p, first & 1), Every2_128(p + 8, first & 1), first >> 1);

    /// <summary>The sum of the lanes, in halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> v) => Sum(v.GetLower() + v.GetUpper());

    /// <summary>The sum of the lanes, in halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => Sum(v.GetLower() + v.GetUpper());

    /// <summary>The sum of the lanes, in halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v)
    {
        var pairs = v + Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1));
        return (pairs + Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>The sums of the lanes of four vectors, each with the bits of <see cref="Sum(Vector512{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) =>
        Sums(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());

    /// <summary>The sums of the lanes of four vectors, each with the bits of <see cref="Sum(Vector256{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d) =>
        Sums(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());

    /// <summary>The sums of the lanes of four vectors, each with the bits of <see cref="Sum(Vector128{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        if (!Sse.IsSupported) return Vector128.Create(Sum(a), Sum(b), Sum(c), Sum(d));

        // a0 + a2, a1 + a3, b0 + b2, b1 + b3, and so on.
        var ab = Sse.MoveLowToHigh(a, b) + Sse.MoveHighToLow(b, a);
        var cd = Sse.MoveLowToHigh(c, d) + Sse.MoveHighToLow(d, c);
        return Sse.Shuffle(ab, cd, 0x88) + Sse.Shuffle(ab, cd, 0xDD);
    }

    // Even (first 0) or odd (first 1) numbers of two vectors in a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Pick(Vector512<float> a, Vector512<float> b, int first)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Pick(a.GetLower(), a.GetUpper(), first), Pick(b.GetLower(), b.GetUpper(), first));
        }

        return Avx512F.PermuteVar16x32x2(a, (Vector512<int>.Indices << 1) + Vector512.Create(first), b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pick(Vector256<float> a, Vector256<float> b, int first)
    {
        if (!Avx2.IsSupported)
        {
            return Vector256.Create(Pick(a.GetLower(), a.GetUpper(), first), Pick(b.GetLower(), b.GetUpper(), first));
        }

        // Within halves: a0 a2 b0 b2 | a4 a6 b4 b6; then the middle quarters change places.
        var halves = first == 0 ? Avx.Shuffle(a, b, 0x88) : Avx.Shuffle(a, b, 0xDD);
        return Avx2.Permute4x64(halves.AsDouble(), 0xD8).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Pick(Vector128<float> a, Vector128<float> b, int first)
    {
        if (Sse.IsSupported)
        {
            return first == 0 ? Sse.Shuffle(a, b, 0x88) : Sse.Shuffle(a, b, 0xDD);
        }

        return Vector128.Create(a[first], a[first + 2], b[first], b[first + 2]);
    }
}
