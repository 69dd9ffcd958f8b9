using System.CommandLine;
using DeepSeekCompiler.Cli.Tuning;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc tune</c>: measures schedules of a model's kernels on this machine's host or a device and writes what is better than the compiler's own choice into a file
/// that it reads.</summary>
internal static class TuneCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The tuning file to write, or to add to: what it says about other targets, kernels and shapes stays. The generator reads files that end with .tuning.json among a project's AdditionalFiles.", Required = true };
        var budget = new Option<int>("--budget") { Description = "Seconds for measuring kernels.", DefaultValueFactory = _ => 60 };
        var kernels = new Option<string?>("--kernels") { Description = "Only these kernels, with commas; `dsc explain --kernel NAME --show schedule` says what one leaves open." };
        var json = new Option<bool>("--json") { Description = "One JSON object at the end instead of lines." };
        var model = new ModelOptions();
        var command = new Command("tune", "Measures schedules on the host or a device and writes a tuning file.") { output, budget, kernels, json };
        model.AddTo(command);
        command.SetAction(parsed => Run(parsed, model, parsed.GetValue(output)!, parsed.GetValue(budget), parsed.GetValue(kernels)?.Split(',', StringSplitOptions.TrimEntries), parsed.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult parsed, ModelOptions options, string path, int budget, string[]? kernels, bool json)
    {
        if (!RuntimeCompilation.IsSupported) throw new UserException("tune needs the compiler, and this dsc was published without it.");
        if (parsed.GetValue(options.Tuning) is not null) throw new UserException("tune starts from the compiler's own choices; leave --tuning out.");
        if (budget is < 1 or > 86400) throw new UserException($"--budget {budget} cannot be; give 1 to 86400 seconds.");
        CheckOutput(path);
        var load = options.Of(parsed);
        var share = TimeSpan.FromSeconds(budget);
        // On a device, weights would be in the way of the kernels' arguments: they are copied for the comparison alone.
        LoadReport? report = null;
        using var plain = load.Device == "host" ? options.Load(parsed, out report) : null;
        using var tuner = plain is not null ? ScheduleTuner.OnHost(report!.Spec, plain, load, share, kernels) : ScheduleTuner.OnDevice(ModelLoader.ReadSpec(options.Folder(parsed), load), load, share, kernels);
        var (found, stopped) = Tune(tuner, path, json);
        TuneComparison? comparison = null;
        if (found.Exists(k => k.Choice is not null) && !stopped)
        {
            using var copied = plain is null ? options.Load(parsed) : null;
            using var tuned = ModelLoader.Load(options.Folder(parsed), load with { Tuning = TuningFile.Read(path) });
            comparison = TuneComparison.Measure(plain ?? copied!, tuned);
        }

        if (json) TuneJson.Print(path, tuner, found, comparison);
        else if (comparison is not null) Print(comparison);
        return stopped ? 130 : 0;
    }

    // From the first kernel on, Ctrl+C ends it behind the one that is measured, and what was found until then is written; before, there is nothing to keep.
    private static (List<TunedKernel> Found, bool Stopped) Tune(ScheduleTuner tuner, string path, bool json)
    {
        var found = new List<TunedKernel>();
        Interrupt? interrupt = null;
        bool stopped = false;
        try
        {
            foreach (var kernel in tuner.Run())
            {
                interrupt ??= new Interrupt();
                found.Add(kernel);
                if (!json) Print(kernel);
                if (stopped = interrupt.Happened) break;
            }
        }
        finally
        {
            interrupt?.Dispose();
        }

        Write(path, tuner, found);
        if (!json) Output.Line($"{found.Count(k => k.Choice is not null)} of {found.Count} kernels are tuned for {tuner.Target} ({tuner.Description}) in {path}");
        return (found, stopped);
    }

    private static void Print(TunedKernel kernel)
    {
        Output.Line($"{kernel.Kernel,-22} {kernel.Tokens,3} tokens, {kernel.Tried,2} tried: {Range(kernel.Default)} us, best {Range(kernel.Best)}, gain {Gain(kernel.Gain)}; {kernel.Choice?.ToString() ?? "the default stays"}");
        foreach (var dropped in kernel.Dropped) Output.Line($"    {dropped.Choice} dropped: {dropped.Reason}");
    }

    private static void Print(TuneComparison c)
    {
        Output.Line($"prefill {c.Prompt}: {c.Prompt / c.Prefill.First.Median:F0} tokens/s by default, {c.Prompt / c.Prefill.Second.Median:F0} tuned, gain {Gain(c.Prefill.Gain)} in {TuneComparison.Pairs} pairs");
        Output.Line($"decode at {c.Context}: {1 / c.Decode.First.Median:F1} tokens/s by default, {1 / c.Decode.Second.Median:F1} tuned, gain {Gain(c.Decode.Gain)} in {TuneComparison.Pairs} pairs");
    }

    // Said before anything is measured.
    private static void CheckOutput(string path)
    {
        OutputFile.Check("--out", path);
        if (!File.Exists(path)) return;
        try
        {
            TuningFile.Read(path);
        }
        catch (CheckpointException e)
        {
            throw new UserException($"{e.Message} What is found is added to the file of --out, and this one cannot be read; mend it, or name another.");
        }
    }

    private static void Write(string path, ScheduleTuner tuner, List<TunedKernel> found)
    {
        try
        {
            TuningWriter.Update(path, tuner.Target, tuner.Description, found);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be written: {e.Message}");
        }
    }

    private static string Range(Spread s) => FormattableString.Invariant($"{1e6 * s.Median:F1} ({1e6 * s.Min:F1} to {1e6 * s.Max:F1})");

    private static string Gain(Spread s) => FormattableString.Invariant($"{s.Median:F3} ({s.Min:F3} to {s.Max:F3})");
}
