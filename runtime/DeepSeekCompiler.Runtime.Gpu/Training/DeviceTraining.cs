using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Runtime.Gpu.Training;

/// <summary>Puts training passes on devices.</summary>
public static class DeviceTraining
{
    /// <summary>Computes on a device from now on: values are copied there as they are written, gradients and activations live there.</summary>
    /// <param name="pass">A pass that was printed for devices.</param>
    /// <param name="device">The device; the pass takes it over and closes it when it is disposed, at once when this fails.</param>
    /// <exception cref="DeviceException">The pass has no device code, or does not fit.</exception>
    public static void RunOn(this TrainingPass pass, OpenDevice device)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            var program = (pass as IDeviceTraining)?.CreateProgram(device.Variant) ?? throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"The training pass of {pass.Layout.Info.Name} was compiled without kernels for {device.Info.Name} ({device.Variant}); reference DeepSeekCompiler.Runtime.Gpu where it is declared."));
            pass.RunOn(new DeviceTrainingEngine(pass, device, program));
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }
}
