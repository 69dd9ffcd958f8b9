namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for ILGPU's class of the name.</summary>
public static class Group
{
    public static int IdxX => Lane.Current.Number;

    public static int DimX => Lane.Current.Group.Threads;

    public static Parked Barrier() => Lane.Current.Group.WaitForAll();
}

/// <summary>Stands in for ILGPU's class of the name.</summary>
public static class Grid
{
    public static int IdxX => Lane.Current.Group.Index;

    public static int DimX => Lane.Current.Group.Groups;
}

/// <summary>Stands in for ILGPU's class of the name.</summary>
public static class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int count)
        where T : unmanaged => Lane.Current.Next<T>(count);

    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => Lane.Current.Group.Dynamic.Cast<T>();
}

/// <summary>Stands in for the runtime's class of the name, over the simulated views.</summary>
public static class GroupLanes
{
    public static ValueTask<float> Sum(float value, ArrayView<float> exchange) => Join(value, exchange, (a, b) => a + b);

    public static ValueTask<float> Max(float value, ArrayView<float> exchange) => Join(value, exchange, Math.Max);

    private static async ValueTask<float> Join(float value, ArrayView<float> exchange, Func<float, float, float> join)
    {
        exchange[Group.IdxX] = value;
        await Group.Barrier();
        float result = exchange[0];
        for (int i = 1; i < Group.DimX; i++) result = join(result, exchange[i]);
        await Group.Barrier();
        return result;
    }
}
