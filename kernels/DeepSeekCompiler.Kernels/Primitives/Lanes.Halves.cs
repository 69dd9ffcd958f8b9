using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// Words of two whole numbers, put together anew: pairs along columns become pairs along rows.
public static unsafe partial class Lanes
{
    /// <summary>Words of the lower halves of two words, <paramref name="a"/>'s in the lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LowHalves(Vector512<int> a, Vector512<int> b) => (a & Vector512.Create(0xFFFF)) | (b << 16);

    /// <inheritdoc cref="LowHalves(Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LowHalves(Vector256<int> a, Vector256<int> b) => (a & Vector256.Create(0xFFFF)) | (b << 16);

    /// <inheritdoc cref="LowHalves(Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LowHalves(Vector128<int> a, Vector128<int> b) => (a & Vector128.Create(0xFFFF)) | (b << 16);

    /// <summary>Words of the higher halves of two words, <paramref name="a"/>'s in the lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> HighHalves(Vector512<int> a, Vector512<int> b) => (a >>> 16) | (b & Vector512.Create(~0xFFFF));

    /// <inheritdoc cref="HighHalves(Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> HighHalves(Vector256<int> a, Vector256<int> b) => (a >>> 16) | (b & Vector256.Create(~0xFFFF));

    /// <inheritdoc cref="HighHalves(Vector512{int}, Vector512{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> HighHalves(Vector128<int> a, Vector128<int> b) => (a >>> 16) | (b & Vector128.Create(~0xFFFF));
}
