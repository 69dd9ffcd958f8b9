using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Training;

/// <summary>A generated training pass that was printed for devices too.</summary>
public interface IDeviceTraining
{
    /// <summary>The program for a kind of device; null where none was printed for it.</summary>
    DeviceTrainingProgram? CreateProgram(DeviceVariant variant);
}
