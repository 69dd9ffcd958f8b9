namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>A generated model that was printed for devices too.</summary>
public interface IDeviceModel
{
    /// <summary>The device program for groups of that many threads; null where it was not printed for them.</summary>
    DeviceProgram? CreateProgram(int threads);
}
