using System.CommandLine;
using DeepSeekCompiler.GpuBenchmark;
using DeepSeekCompiler.GpuBenchmark.Report;
using DeepSeekCompiler.GpuBenchmark.Supervision;
using DeepSeekCompiler.GpuBenchmark.Timing;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Gpu.Devices;

var device = new Option<string>("--device") { Description = "cuda:N or opencl:N.", DefaultValueFactory = _ => "cuda:0" };
var minutes = new Option<double>("--minutes") { Description = "The run ends within this time.", DefaultValueFactory = _ => 8 };
var only = new Option<string>("--only") { Description = "Only what has this in its stage or name.", DefaultValueFactory = _ => "" };
var models = new Option<string>("--models") { Description = "Models whose kernels are timed: names of the catalogue, or config.json files.", DefaultValueFactory = _ => "DeepSeekV3,DeepSeekV2Lite,KimiK2,Glm47Flash" };
var json = new Option<string?>("--json") { Description = "File for all results.", DefaultValueFactory = _ => "dsc-gpu.json" };
var stage = new Option<string?>("--run-stage") { Hidden = true };
var part = new Option<string>("--part") { Hidden = true, DefaultValueFactory = _ => Part.Whole.ToString() };
var skip = new Option<int>("--skip") { Hidden = true };
var command = new RootCommand("Checks every kernel on a GPU, then times it. Needs the vendor's driver and nothing else.") { device, minutes, only, models, json, stage, part, skip };
command.SetAction(parsed =>
{
    var options = new Options(parsed.GetValue(device)!, parsed.GetValue(minutes), parsed.GetValue(only)!, parsed.GetValue(models)!.Split(',', StringSplitOptions.RemoveEmptyEntries), parsed.GetValue(json));
    if (parsed.GetValue(stage) is { } name) return StageRunner.Run(name, options, Part.Parse(parsed.GetValue(part)!), parsed.GetValue(skip), Console.Out);
    if (options.Minutes is not (> 0 and < 1440))
    {
        Console.Error.WriteLine(FormattableString.Invariant($"dsc-gpu: --minutes {options.Minutes} is no time for a run; give more than 0, 8 is usual."));
        return 1;
    }

    try
    {
        GpuDevices.Open(options.Device).Dispose();
        foreach (string model in options.Models) TimingCases.SpecOf(model);
    }
    catch (Exception e) when (e is DeviceException or ArgumentException or CheckpointException)
    {
        Console.Error.WriteLine("dsc-gpu: " + e.Message);
        return 1;
    }

    var results = new Supervisor(options, Console.Error).Run();
    SummaryTable.Print(results, options, Console.Out);
    if (options.Json is { } file) JsonReport.Write(results, options, file);
    return results.All(r => r.Failure is null) ? 0 : 1;
});
return command.Parse(args).Invoke();
