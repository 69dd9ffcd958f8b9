using ILGPU;
using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Reductions of CUDA kernels over the threads of a warp, and over the warps of a group. All threads of the group must reach each of them together, and
/// every thread gets the result.</summary>
public static class WarpLanes
{
    /// <summary>The sum over a warp, in the same order whatever the time.</summary>
    public static float Sum(float value)
    {
        value += MatrixCore.Exchange(value, 16);
        value += MatrixCore.Exchange(value, 8);
        value += MatrixCore.Exchange(value, 4);
        value += MatrixCore.Exchange(value, 2);
        return value + MatrixCore.Exchange(value, 1);
    }

    /// <summary>The sum over a group.</summary>
    /// <param name="value">The thread's number.</param>
    /// <param name="exchange">Shared memory, one number a warp.</param>
    public static float Sum(float value, ArrayView<float> exchange)
    {
        value = Sum(value);
        if ((Group.IdxX & 31) == 0)
        {
            exchange[Group.IdxX >> 5] = value;
        }

        Group.Barrier();
        float sum = exchange[0];
        for (int warp = 1; warp < Group.DimX >> 5; warp++)
        {
            sum += exchange[warp];
        }

        Group.Barrier();
        return sum;
    }

    /// <summary>The largest number of a warp, none of them negative: as whole numbers their bits are in the same order, and there is an instruction for those.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .b32 t; mov.b32 t, $0; redux.sync.max.u32 t, t, 0xffffffff; mov.b32 $r0, t; }")]
    [OpenClMethod(nameof(MaxEmulated))]
    public static float Most(float value) => MaxEmulated(value);

    /// <summary>The largest number of a warp: whole numbers in the same order are made of the bits, turned over but for the sign where that is set.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .b32 t, s; mov.b32 t, $0; shr.s32 s, t, 31; and.b32 s, s, 0x7fffffff; xor.b32 t, t, s; redux.sync.max.s32 t, t, 0xffffffff; shr.s32 s, t, 31; and.b32 s, s, 0x7fffffff; xor.b32 t, t, s; mov.b32 $r0, t; }")]
    [OpenClMethod(nameof(MaxEmulated))]
    public static float Max(float value) => MaxEmulated(value);

    /// <summary>The largest number of a warp.</summary>
    [IntrinsicImplementation]
    [Ptx("redux.sync.max.s32 $r0, $0, 0xffffffff;")]
    [OpenClMethod(nameof(MaxOfWholeEmulated))]
    public static int Max(int value) => MaxOfWholeEmulated(value);

    private static float MaxEmulated(float value)
    {
        for (int mask = 16; mask > 0; mask >>= 1)
        {
            value = Math.Max(value, WarpEmulation.Exchange(value, mask));
        }

        return value;
    }

    private static int MaxOfWholeEmulated(int value)
    {
        for (int mask = 16; mask > 0; mask >>= 1)
        {
            value = Math.Max(value, (int)Interop.FloatAsInt(WarpEmulation.Exchange(Interop.IntAsFloat((uint)value), mask)));
        }

        return value;
    }
}
