using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>Counts the working memory that a pass asks for. What it hands out has a length and no memory of that length behind it.</summary>
/// <param name="source">Some memory of the device.</param>
internal sealed class PassMemory(MemoryBuffer source)
{
    private long _workspace;
    private long _scratch;

    /// <summary>Both at their largest: they are kept from kernel to kernel.</summary>
    public long Bytes => 4 * (_workspace + _scratch);

    public ArrayView<float> Workspace(long numbers) => Of<float>(_workspace = Math.Max(_workspace, numbers));

    public ArrayView<float> Scratch(long numbers) => Of<float>(_scratch = Math.Max(_scratch, numbers));

    /// <summary>A view without memory.</summary>
    public ArrayView<T> Of<T>(long count)
        where T : unmanaged => new(source, 0, count);
}
