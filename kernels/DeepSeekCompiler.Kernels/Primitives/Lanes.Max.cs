using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

public static unsafe partial class Lanes
{
    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> v) => Max(Vector256.MaxNative(v.GetLower(), v.GetUpper()));

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> v) => Max(Vector128.MaxNative(v.GetLower(), v.GetUpper()));

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> v)
    {
        var pairs = Vector128.MaxNative(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        return float.MaxNative(pairs.ToScalar(), pairs.GetElement(1));
    }

    /// <summary>The larger of a magnitude and that of a number; no number where either is none: as integers, floats are ordered by magnitude, and what is no number comes last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Largest(Vector512<float> largest, Vector512<float> v) => Vector512.Max(largest.AsInt32(), Vector512.Abs(v).AsInt32()).AsSingle();

    /// <summary>The larger of a magnitude and that of a number; no number where either is none: as integers, floats are ordered by magnitude, and what is no number comes last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Largest(Vector256<float> largest, Vector256<float> v) => Vector256.Max(largest.AsInt32(), Vector256.Abs(v).AsInt32()).AsSingle();

    /// <summary>The larger of a magnitude and that of a number; no number where either is none: as integers, floats are ordered by magnitude, and what is no number comes last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Largest(Vector128<float> largest, Vector128<float> v) => Vector128.Max(largest.AsInt32(), Vector128.Abs(v).AsInt32()).AsSingle();

    /// <summary>The largest of magnitudes; no number where one of them is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector512<float> v) => Largest(Vector256.Max(v.GetLower().AsInt32(), v.GetUpper().AsInt32()).AsSingle());

    /// <summary>The largest of magnitudes; no number where one of them is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector256<float> v) => Largest(Vector128.Max(v.GetLower().AsInt32(), v.GetUpper().AsInt32()).AsSingle());

    /// <summary>The largest of magnitudes; no number where one of them is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector128<float> v)
    {
        var pairs = Vector128.Max(v.AsInt32(), Vector128.Shuffle(v.AsInt32(), Vector128.Create(2, 3, 0, 1)));
        return BitConverter.Int32BitsToSingle(Math.Max(pairs.ToScalar(), pairs.GetElement(1)));
    }
}
