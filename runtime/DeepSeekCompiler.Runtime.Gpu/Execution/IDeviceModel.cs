using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>A generated model that was printed for devices too.</summary>
public interface IDeviceModel
{
    /// <summary>The program for a kind of device; null where none was printed for it.</summary>
    DeviceProgram? CreateProgram(DeviceVariant variant);
}
