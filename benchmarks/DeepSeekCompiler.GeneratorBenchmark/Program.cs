using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DeepSeekCompiler.GeneratorBenchmark;

// What the generator costs a build and an editor. Parsing and building the compilation are the compiler's own work and not counted.
// With --front-end: declarations and diagnostics alone, without the kernels behind them.
const int ColdTargetMs = 3000;
const int EditTargetMs = 50;
const int WarmRepetitions = 5;
const int EditRepetitions = 50;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var frontEnd = args.Contains("--front-end");
var workload = Workload.Create();

var before = Environment.CpuUsage.TotalTime;
var cold = Time(() => Workload.Driver(frontEnd).RunGenerators(workload.Compilation));
var coldProcessor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
var warm = Median(WarmRepetitions, _ => Time(() => Workload.Driver(frontEnd).RunGenerators(workload.Compilation)));

var driver = Workload.Driver(frontEnd).RunGenerators(workload.Compilation);
var errors = driver.GetRunResult().Diagnostics;
var characters = driver.GetRunResult().GeneratedTrees.Sum(t => (long)t.Length);
var edit = Median(EditRepetitions, i =>
{
    var edited = workload.Edited(i + 1);
    return Time(() => driver = driver.RunGenerators(edited));
});

Console.WriteLine($"machine    {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {Processor()}");
Console.WriteLine($"software   {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
Console.WriteLine($"workload   {workload.Models} catalogue models among {workload.Files} files, {characters / 1024} KiB generated{(frontEnd ? ", front end only" : "")}");
Console.WriteLine($"all models, cold                  {Line(cold, ColdTargetMs)}  first run of the process, 1 repetition; processor time {coldProcessor:F0} ms");
Console.WriteLine($"all models, warm                  {Line(warm, ColdTargetMs)}  median of {WarmRepetitions}");
Console.WriteLine($"edit in an unrelated file         {Line(edit, EditTargetMs)}  median of {EditRepetitions}");
foreach (var error in errors)
{
    Console.Error.WriteLine($"The generator reported: {error.Id} {error.GetMessage(CultureInfo.InvariantCulture).Split('\n')[0]}");
}

return errors.IsEmpty ? 0 : 1;

static double Time(Action action)
{
    var watch = Stopwatch.StartNew();
    action();
    return watch.Elapsed.TotalMilliseconds;
}

static double Median(int repetitions, Func<int, double> measure)
{
    var times = Enumerable.Range(0, repetitions).Select(measure).Order().ToList();
    return (times[(repetitions - 1) / 2] + times[repetitions / 2]) / 2;
}

static string Line(double ms, int target) => $"{ms,8:F1} ms  target {target,4} ms  {(ms < target ? "met" : "missed")}";

static string Processor() => File.Exists("/proc/cpuinfo")
    ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "processor unknown"
    : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "processor unknown";
