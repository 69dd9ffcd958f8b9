using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Reductions over the threads of a group, by halves in shared memory: no warp shuffles, which OpenCL has on some vendors' devices only.
/// Every thread of the group must call, and every thread gets the result.</summary>
public static class GroupLanes
{
    /// <param name="value">The thread's number.</param>
    /// <param name="exchange">Shared memory, one number a thread.</param>
    public static float Sum(float value, ArrayView<float> exchange)
    {
        int lane = Group.IdxX;
        exchange[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                exchange[lane] += exchange[lane + half];
            }

            Group.Barrier();
        }

        float result = exchange[0];
        Group.Barrier();
        return result;
    }

    /// <param name="value">The thread's number.</param>
    /// <param name="exchange">Shared memory, one number a thread.</param>
    public static int Max(int value, ArrayView<float> exchange)
    {
        int lane = Group.IdxX;
        var numbers = exchange.Cast<int>();
        numbers[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                numbers[lane] = Math.Max(numbers[lane], numbers[lane + half]);
            }

            Group.Barrier();
        }

        int result = numbers[0];
        Group.Barrier();
        return result;
    }

    /// <param name="value">The thread's number.</param>
    /// <param name="exchange">Shared memory, one number a thread.</param>
    public static float Max(float value, ArrayView<float> exchange)
    {
        int lane = Group.IdxX;
        exchange[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                exchange[lane] = Math.Max(exchange[lane], exchange[lane + half]);
            }

            Group.Barrier();
        }

        float result = exchange[0];
        Group.Barrier();
        return result;
    }
}
