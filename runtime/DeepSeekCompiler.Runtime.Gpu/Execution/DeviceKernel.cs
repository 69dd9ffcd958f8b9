using System.Reflection;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>A generated kernel, as every device compiles it for itself.</summary>
public abstract class DeviceKernel
{
    private static int s_count;

    private protected DeviceKernel(string name, MethodInfo entry, int slot, int threads, int sharedBytes, bool plain) =>
        (Name, Entry, Slot, Threads, SharedBytes, UsesMatrixUnit, Id) = (name, entry, slot, threads, sharedBytes, threads > 0 && !plain, Interlocked.Increment(ref s_count) - 1);

    /// <summary>Kernel and phase.</summary>
    public string Name { get; }

    /// <summary>The static method that ILGPU compiles.</summary>
    public MethodInfo Entry { get; }

    /// <summary>4-byte numbers of device memory that every group needs for itself.</summary>
    public int Slot { get; }

    /// <summary>Threads of a group; 0 for the program's.</summary>
    public int Threads { get; }

    /// <summary>Dynamic shared memory of a group, in bytes.</summary>
    public int SharedBytes { get; }

    /// <summary>Whether it multiplies by matrix instructions.</summary>
    internal bool UsesMatrixUnit { get; }

    /// <summary>A small number that is its own in this process.</summary>
    internal int Id { get; }

    /// <summary>The classes of a program's kernels. A program is derived from another one that has the kernels it does not print itself.</summary>
    internal static IEnumerable<Type> Classes(DeviceCode program)
    {
        var names = new HashSet<string>();
        for (var type = program.GetType(); !type.IsAbstract; type = type.BaseType!)
        {
            foreach (var kernel in type.GetNestedTypes(BindingFlags.Public))
            {
                if (names.Add(kernel.Name))
                {
                    yield return kernel;
                }
            }
        }
    }

    /// <summary>The kernels of a generated device program, in the order of their names.</summary>
    public static IReadOnlyList<DeviceKernel> Of(DeviceCode program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return [.. Classes(program).SelectMany(Of).OrderBy(k => k.Name, StringComparer.Ordinal)];
    }

    /// <summary>The phases of a generated kernel.</summary>
    internal static IEnumerable<DeviceKernel> Of(Type kernel) => kernel.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
        .Where(f => f.FieldType.IsSubclassOf(typeof(DeviceKernel))).Select(f => (DeviceKernel)f.GetValue(null)!);
}

/// <summary>A generated kernel and the type of its arguments.</summary>
/// <typeparam name="T">Views and numbers.</typeparam>
public sealed class DeviceKernel<T> : DeviceKernel
    where T : struct
{
    /// <param name="name">Kernel and phase, for messages.</param>
    /// <param name="method">A static method that ILGPU compiles.</param>
    /// <param name="slot">4-byte numbers of device memory that every group needs for itself.</param>
    /// <param name="threads">Threads of a group, where they are not the program's.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a group.</param>
    /// <param name="plain">Groups of their own are a matter of tuning: there are no matrix instructions in it.</param>
    public DeviceKernel(string name, Action<T> method, int slot, int threads = 0, int sharedBytes = 0, bool plain = false)
        : base(name, method?.Method ?? throw new ArgumentNullException(nameof(method)), slot, threads, sharedBytes, plain) => Method = method;

    public Action<T> Method { get; }
}
