using System.Runtime.CompilerServices;

namespace DeepSeekCompiler.Hopper.Tests.Machine;

/// <summary>Stands in for ILGPU's class of the name.</summary>
public static class Group
{
    public static int IdxX => ThreadGroup.Thread;

    public static int DimX => ThreadGroup.Current.Threads;

    public static void Barrier() => ThreadGroup.Current.Wait();
}

/// <summary>Stands in for ILGPU's class of the name.</summary>
public static class Grid
{
    public static int IdxX => ThreadGroup.Current.Index;

    public static int DimX => ThreadGroup.Current.Groups;
}

/// <summary>Stands in for ILGPU's class of the name.</summary>
public static class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int count)
        where T : unmanaged => ThreadGroup.Current.Next<T>(count);

    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => ThreadGroup.Current.Dynamic.Cast<T>();
}

/// <summary>Stands in for the runtime's class of the name, over the simulated views.</summary>
public static class GroupLanes
{
    public static float Sum(float value, ArrayView<float> exchange) => Join(value, exchange, (a, b) => a + b);

    public static float Max(float value, ArrayView<float> exchange) => Join(value, exchange, Math.Max);

    private static float Join(float value, ArrayView<float> exchange, Func<float, float, float> join)
    {
        exchange[Group.IdxX] = value;
        Group.Barrier();
        float result = exchange[0];
        for (int i = 1; i < Group.DimX; i++) result = join(result, exchange[i]);
        Group.Barrier();
        return result;
    }
}
