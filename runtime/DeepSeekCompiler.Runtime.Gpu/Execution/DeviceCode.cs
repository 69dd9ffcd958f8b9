namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>A generated class of kernels for a kind of device.</summary>
public abstract class DeviceCode
{
    /// <summary>Threads of a group that its kernels were scheduled for.</summary>
    public abstract int Threads { get; }
}
