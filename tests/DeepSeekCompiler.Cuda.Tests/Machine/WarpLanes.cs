namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name, over the simulated warps.</summary>
public static class WarpLanes
{
    public static async ValueTask<float> Sum(float value)
    {
        for (int mask = 16; mask > 0; mask >>= 1) value += await MatrixCore.Exchange(value, mask);
        return value;
    }

    public static async ValueTask<float> Sum(float value, ArrayView<float> exchange)
    {
        value = await Sum(value);
        if (Group.IdxX % 32 == 0) exchange[Group.IdxX / 32] = value;
        await Group.Barrier();
        float sum = 0;
        for (int warp = 0; warp < Group.DimX / 32; warp++) sum += exchange[warp];
        await Group.Barrier();
        return sum;
    }

    public static async ValueTask<float> Max(float value)
    {
        for (int mask = 16; mask > 0; mask >>= 1) value = Math.Max(value, await MatrixCore.Exchange(value, mask));
        return value;
    }

    public static async ValueTask<int> Max(int value)
    {
        for (int mask = 16; mask > 0; mask >>= 1) value = Math.Max(value, BitConverter.SingleToInt32Bits(await MatrixCore.Exchange(BitConverter.Int32BitsToSingle(value), mask)));
        return value;
    }

    /// <summary>Of numbers that are not negative, by their bits, as the instruction does it.</summary>
    public static async ValueTask<float> Most(float value)
    {
        Assert.True(value >= 0, $"{value} is negative");
        for (int mask = 16; mask > 0; mask >>= 1) value = Math.Max(value, await MatrixCore.Exchange(value, mask));
        return value;
    }
}
