using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.GpuBenchmark.Report;

/// <summary>What ran it.</summary>
internal static class Machine
{
    // NVIDIA's kernel module says its version here.
    private const string DriverFile = "/proc/driver/nvidia/version";

    /// <summary>Device and driver in words.</summary>
    public static string Describe(string device)
    {
        try
        {
            var found = GpuDevices.List().FirstOrDefault(d => d.Name == device || d.Name.StartsWith(device + ":", StringComparison.Ordinal));
            string driver = File.Exists(DriverFile) ? "; " + File.ReadLines(DriverFile).First().Trim() : "";
            return found is null ? device + driver : FormattableString.Invariant($"{found.Description} ({found.Vendor}), {found.Units} units, {found.MemoryBytes / 1e9:F1} GB{driver}");
        }
        catch (DeviceException e)
        {
            return e.Message;
        }
    }
}
