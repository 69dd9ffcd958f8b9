using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>Puts loaded models on devices.</summary>
public static class DeviceModels
{
    /// <summary>Copies a model's weights to a device; sessions opened from now on run there.</summary>
    /// <param name="model">A loaded model that was printed for devices.</param>
    /// <param name="device">The device; the model takes it over and closes it when it is disposed, at once when this fails.</param>
    /// <param name="progress">Told (bytes done, bytes in all).</param>
    /// <exception cref="DeviceException">The model has no device code, or does not fit.</exception>
    public static void RunOn(this CompiledModel model, OpenDevice device, Action<long, long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            var program = (model as IDeviceModel)?.CreateProgram(device.Variant) ?? throw new DeviceException(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Info.Name} was compiled without kernels for {device.Info.Name} ({device.Variant}); reference DeepSeekCompiler.Runtime.Gpu where it is declared, and declare another cache than I16, which is for the host."));
            var (weights, compiled) = Upload(model, device, program, progress);
            var run = new DeviceRun(device, weights, program.Threads);
            if (run.Cuda is { } cuda)
            {
                cuda.Report.Compiled = compiled;
                device.Launches = cuda.Report;
            }

            model.RunOn(device.Info.Name, tokens => new DeviceEngine(model, device, program, run, tokens), new Owner(run, weights, device));
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    // Kernels are compiled meanwhile.
    private static (DeviceWeights Weights, int Compiled) Upload(CompiledModel model, OpenDevice device, DeviceCode program, Action<long, long>? progress)
    {
        using var stop = new CancellationTokenSource();
        var kernels = KernelPreparation.Begin(device, program, stop.Token);
        try
        {
            var weights = DeviceWeights.Upload(device, model, progress);
            return (weights, kernels.GetAwaiter().GetResult());
        }
        catch
        {
            // Its threads use the device, which is closed behind a failure.
            stop.Cancel();
            kernels.Wait();
            throw;
        }
    }

    private sealed class Owner(DeviceRun run, DeviceWeights weights, OpenDevice device) : IDisposable
    {
        public void Dispose()
        {
            if (device.Launches is { } report && Environment.GetEnvironmentVariable("DSC_TRACE") == "1")
            {
                Console.Error.WriteLine($"{device.Info.Name}: {report}");
            }

            run.Dispose();
            weights.Dispose();
            device.Dispose();
        }
    }
}
