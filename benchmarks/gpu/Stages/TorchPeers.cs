using System.Diagnostics;
using System.Text.Json;
using DeepSeekCompiler.GpuBenchmark.Supervision;
using DeepSeekCompiler.GpuBenchmark.Timing;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>The same shapes in torch, where this machine has it.</summary>
internal static class TorchPeers
{
    /// <summary>The process that measures them; null where there is no python3 with torch and a CUDA device.</summary>
    public static ChildProcess? Start(Options options)
    {
        if (!options.Device.StartsWith("cuda", StringComparison.Ordinal) || !HasTorch()) return null;
        var shapes = options.Models.SelectMany(TorchShape.Of).Where(s => options.Wants(StageList.Torch, s.Name)).ToList();
        return new("python3", [Path.Combine(AppContext.BaseDirectory, "torch_peers.py")], JsonSerializer.Serialize(shapes));
    }

    private static bool HasTorch()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", ["-c", "import torch; assert torch.cuda.is_available()"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            // Importing torch takes its time on a cold disk.
            if (process.WaitForExit(60_000)) return process.ExitCode == 0;
            process.Kill(true);
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
