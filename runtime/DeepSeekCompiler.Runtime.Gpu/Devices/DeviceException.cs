namespace DeepSeekCompiler.Runtime.Gpu.Devices;

/// <summary>A device that is missing, unsuitable, too small, or that failed: one sentence that says which, where, and what would be right.</summary>
public sealed class DeviceException : Exception
{
    public DeviceException(string message)
        : base(message)
    {
    }

    public DeviceException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
