using System.Globalization;
using BenchmarkDotNet.Running;
using DeepSeekCompiler.Benchmarks;

// dotnet run -c Release --project benchmarks/DeepSeekCompiler.Benchmarks -- --filter '*Decode*' --job short
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// In this process: the machine's limits are measured in it too, and no project is generated and built for every run.
string[] inside = args.Contains("--inProcess") || args.Contains("-i") ? args : [.. args, "--inProcess"];
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Measured).Assembly).Run(inside, new SuiteConfig());
return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
