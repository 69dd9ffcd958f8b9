using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary><c>dsc bench --training</c>: speed of a micro-batch beside the multiply-add peak measured in the same run. Only the folder's config.json is read.</summary>
internal static class TrainingFigures
{
    private const int Repetitions = 5;

    public static int Run(ParseResult parsed, ModelOptions options, int batch, int length, TrainingPrecision precision, bool kernels, bool json)
    {
        if (parsed.GetValue(options.Device) is { } device && device != "host") throw new UserException($"The speed of training is measured on the host; `dsc train --device {device}` shows that of a device while it trains.");
        if (batch < 1) throw new UserException($"--batch {batch} measures nothing; give 1 or more rows.");
        if (length is < 3 or > TrainingPass.MaxLength) throw new UserException($"--length {length} cannot be; a row has 3 to {TrainingPass.MaxLength} tokens.");
        int threads = options.Threads.Read(parsed), width = options.WidthOf(parsed) ?? HostVector.Width;
        var spec = CheckpointSpec.ReadConfig(Path.Combine(options.Folder(parsed), "config.json"));
        using var pass = TrainingCompiler.Open(spec, new TrainingOptions { Batch = batch, Length = length, Threads = threads, Precision = precision, VectorWidth = width });
        var bench = new TrainingBench(pass, Repetitions);
        var limits = MachineLimits.Measure(pass.Run);
        var (forward, both) = bench.Measure();
        double trained = pass.Parameters.Sum(p => (double)p.Count), step = 3 * bench.ForwardFlops / 1e9, ratio = (both.Median - forward.Median) / forward.Median;
        if (json)
        {
            Output.Json(w =>
            {
                w.WriteStartObject();
                w.WriteString("device", "host");
                w.WriteNumber("threads", pass.Run.Threads);
                w.WriteNumber("vectorWidth", width);
                w.WriteNumber("parameters", trained);
                w.WriteString("precision", precision.ToString());
                w.WriteNumber("batch", batch);
                w.WriteNumber("length", length);
                w.WriteNumber("fmaGflops", Math.Round(limits.FmaGflops, 1));
                BenchJson.Figure(w, "forwardTokensPerSecond", forward, t => bench.Tokens / t);
                BenchJson.Figure(w, "tokensPerSecond", both, t => bench.Tokens / t);
                BenchJson.Figure(w, "gflops", both, t => step / t);
                BenchJson.Figure(w, "shareOfPeak", both, t => step / t / limits.FmaGflops);
                w.WriteNumber("backwardOverForward", Math.Round(ratio, 3));
                if (kernels) BenchJson.Kernels(w, bench.ByKernel(), limits);
                w.WriteEndObject();
            });
            return 0;
        }

        Output.Line($"host, {pass.Run.Threads} threads, {HostVector.Width}-bit vectors: {limits.FmaGflops:F0} GFLOPS multiply-add");
        Output.Line($"{spec.ClassName}: {trained / 1e6:F1} M trained numbers, {bench.ForwardFlops / 2e6 / bench.Tokens:F1} M multiplied a token, {batch} rows of {length} tokens, {precision} products{BenchText.Kernels(width)}");
        Output.Line($"forward: {bench.Tokens / forward.Median:F0} tokens/s ({bench.Tokens / forward.Max:F0} to {bench.Tokens / forward.Min:F0}), {bench.ForwardFlops / 1e9 / forward.Median:F0} GFLOPS of weights");
        Output.Line($"forward and backward: {bench.Tokens / both.Median:F0} tokens/s ({bench.Tokens / both.Max:F0} to {bench.Tokens / both.Min:F0}), {step / both.Median:F0} GFLOPS of weights, {100 * step / both.Median / limits.FmaGflops:F0} % of peak");
        Output.Line($"backward takes {ratio:F2} times as long as forward");
        if (kernels) KernelTable.Print(FormattableString.Invariant($"a micro-batch of {bench.Tokens} tokens"), bench.ByKernel(), limits);
        return 0;
    }
}
