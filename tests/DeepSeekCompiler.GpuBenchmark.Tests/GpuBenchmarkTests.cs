using System.Diagnostics;
using System.Text.Json;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.GpuBenchmark.Supervision;
using DeepSeekCompiler.GpuBenchmark.Timing;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.GpuBenchmark.Tests;

/// <summary>The check that waits for a GPU, on a device that is here.</summary>
public class GpuBenchmarkTests
{
    [OpenClFact]
    public void Checks_Run_AndTheReportHasThem()
    {
        using var report = Run("--only", "1 x 1");
        var results = report.RootElement.GetProperty("results").EnumerateArray().Where(r => r.GetProperty("stage").GetString() == "kernels").ToList();
        Assert.Equal(2, results.Count);
        Assert.All(results, r => Assert.Null(r.GetProperty("failure").GetString()));
    }

    /// <summary>Arguments of the right sizes: a driver for CPUs does not forgive others.</summary>
    [OpenClFact]
    public void EveryKernel_IsTimed()
    {
        string config = Path.Combine(GoldenFiles.Folder, "v3-tiny", "config.json");
        using var report = Run("--models", config, "--only", "timing");
        var timed = report.RootElement.GetProperty("results").EnumerateArray().Where(r => r.GetProperty("stage").GetString() == "timing").ToList();
        Assert.True(timed.Count > 40, $"{timed.Count} kernels were timed");
        Assert.All(timed, r => Assert.True(r.GetProperty("failure").GetString() is null && r.GetProperty("figures").GetProperty("us").GetDouble() > 0, r.ToString()));
    }

    [PtxasTheory]
    [InlineData("sm_80", nameof(PeakKernels.BF16), "HMMA")]
    [InlineData("sm_89", nameof(PeakKernels.E4M3), "QMMA")]
    [InlineData("sm_90a", nameof(PeakKernels.WarpgroupBF16), "HGMMA")]
    [InlineData("sm_90a", nameof(PeakKernels.WarpgroupE4M3), "QGMMA")]
    public void PeakKernels_MultiplyInRegisters(string architecture, string kernel, string instruction)
    {
        using var compiler = new PtxCompiler(architecture);
        var resources = PtxAssembler.Assemble(Ptxas.Path, compiler.Compile(typeof(PeakKernels).GetMethod(kernel)!), architecture);
        Assert.Equal(0, resources.StackBytes);
        Assert.Empty(resources.Warnings);
        Assert.True(resources.Instructions![instruction] >= 4, $"{resources.Instructions[instruction]} {instruction}");
    }

    [Fact]
    public void Events_SurviveOtherLinesAndHalfLines()
    {
        var told = new StageEvent("a kernel", 1.5, "It failed.", new() { ["us"] = 2 });
        var heard = StageEvent.Parse(told.ToLine())!;
        Assert.Equal((told.Item, told.Seconds, told.Failure, 2.0), (heard.Item, heard.Seconds, heard.Failure, heard.Figures!["us"]));
        Assert.Null(StageEvent.Parse("a driver's own line"));
        Assert.Null(StageEvent.Parse(told.ToLine()[..^3]));
    }

    private static JsonDocument Run(params string[] arguments)
    {
        using var folder = new TempFolder();
        string json = Path.Combine(folder.Path, "report.json");
        string program = typeof(StageEvent).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "--device", "opencl:0", "--json", json, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string table = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, table + errors.Result);
        return JsonDocument.Parse(File.ReadAllText(json));
    }
}
