using DeepSeekCompiler.Runtime.Gpu.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>Counts the working memory that a pass asks for. What it hands out has a length and no memory of that length behind it.</summary>
internal sealed class PassMemory(OpenDevice device) : IDisposable
{
    private readonly MemoryBuffer _some = DeviceRun.Allocate<float>(device.Accelerator, 1, device.Info);

    /// <summary>The most that lives from one phase of a kernel to the next.</summary>
    public long WorkspaceNumbers { get; private set; }

    /// <summary>The most that the groups of a launch have for themselves.</summary>
    public long ScratchNumbers { get; private set; }

    /// <summary>Both: they are kept from kernel to kernel.</summary>
    public long Bytes => 4 * (WorkspaceNumbers + ScratchNumbers);

    public ArrayView<float> Workspace(long numbers) => Of<float>(WorkspaceNumbers = Math.Max(WorkspaceNumbers, numbers));

    public ArrayView<float> Scratch(long numbers) => Of<float>(ScratchNumbers = Math.Max(ScratchNumbers, numbers));

    /// <summary>A view without memory.</summary>
    public ArrayView<T> Of<T>(long count)
        where T : unmanaged => new(_some, 0, count);

    /// <inheritdoc/>
    public void Dispose() => _some.Dispose();
}
