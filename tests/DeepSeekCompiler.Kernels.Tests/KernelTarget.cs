namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>The kernels of a small model, compiled for one target, to be called one by one.</summary>
internal abstract class KernelTarget : IDisposable
{
    /// <param name="kernel">Its name.</param>
    /// <param name="arguments">In the order of its parameters: <see cref="INativeMemory"/>, <see cref="MemoryTable"/> or int. What the kernel writes is there afterwards.</param>
    public abstract void Call(string kernel, params object[] arguments);

    public abstract void Dispose();
}
