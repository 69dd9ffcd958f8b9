using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>The only way between the host's memory and a device's. A driver reads and writes the host's side from a thread of its own until the queue is
/// empty, and ILGPU's copies of a reference do not hold what it points to: the collector could move it away meanwhile.</summary>
internal static unsafe class HostCopies
{
    /// <summary>Copies values to the start of a view, and waits.</summary>
    public static void CopyFromHost<T>(this ArrayView<T> view, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        fixed (T* held = values)
        {
            if (held is not null)
            {
                view.SubView(0, values.Length).CopyFromCPU<T, ArrayView<T>>(ref *held, values.Length);
            }
        }
    }

    /// <summary>Copies the start of a view into values, and waits.</summary>
    public static void CopyToHost<T>(this ArrayView<T> view, Span<T> values)
        where T : unmanaged
    {
        fixed (T* held = values)
        {
            if (held is not null)
            {
                view.SubView(0, values.Length).CopyToCPU<T, ArrayView<T>>(ref *held, values.Length);
            }
        }
    }
}
