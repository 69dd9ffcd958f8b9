using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc tune</c>: measures schedules of a model's kernels on this machine's host or a device and writes what is better than the compiler's own choice into a file
/// that it reads.</summary>
internal static class TuneCommand
{
    private const int Pairs = 9;
    private const int Context = 16;
    private const int Steps = 32;

    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The tuning file to write, or to add to: what it says about other targets, kernels and shapes stays. The generator reads files that end with .tuning.json among a project's AdditionalFiles.", Required = true };
        var budget = new Option<int>("--budget") { Description = "Seconds for measuring kernels.", DefaultValueFactory = _ => 60 };
        var kernels = new Option<string?>("--kernels") { Description = "Only these kernels, with commas; `dsc explain --kernel NAME --show schedule` says what one leaves open." };
        var model = new ModelOptions();
        var command = new Command("tune", "Measures schedules on the host or a device and writes a tuning file.") { output, budget, kernels };
        model.AddTo(command);
        command.SetAction(parsed => Run(parsed, model, parsed.GetValue(output)!, parsed.GetValue(budget), parsed.GetValue(kernels)?.Split(',', StringSplitOptions.TrimEntries)));
        return command;
    }

    private static int Run(ParseResult parsed, ModelOptions options, string path, int budget, string[]? kernels)
    {
        if (!RuntimeCompilation.IsSupported) throw new UserException("tune needs the compiler, and this dsc was published without it.");
        if (parsed.GetValue(options.Tuning) is not null) throw new UserException("tune starts from the compiler's own choices; leave --tuning out.");
        if (budget is < 1 or > 86400) throw new UserException($"--budget {budget} cannot be; give 1 to 86400 seconds.");
        CheckOutput(path);
        var load = options.Of(parsed);
        var share = TimeSpan.FromSeconds(budget);
        if (load.Device != "host")
        {
            // Weights would be in the way of the kernels' arguments: they are copied for the comparison alone.
            int found;
            using (var tuner = ScheduleTuner.OnDevice(ModelLoader.ReadSpec(options.Folder(parsed), load), load, share, kernels)) found = Tune(tuner, path);
            if (found == 0) return 0;
            using var untuned = options.Load(parsed);
            Compare(parsed, options, untuned, path);
            return 0;
        }

        using var plain = options.Load(parsed, out var report);
        int taken;
        using (var tuner = ScheduleTuner.OnHost(report.Spec, plain, load, share, kernels)) taken = Tune(tuner, path);
        if (taken > 0) Compare(parsed, options, plain, path);
        return 0;
    }

    private static int Tune(ScheduleTuner tuner, string path)
    {
        var found = new List<TunedKernel>();
        foreach (var kernel in tuner.Run())
        {
            found.Add(kernel);
            Output.Line($"{kernel.Kernel,-22} {kernel.Tokens,3} tokens, {kernel.Tried,2} tried: {Range(kernel.Default)} us, best {Range(kernel.Best)}, gain {Gain(kernel.Gain)}; {kernel.Choice?.ToString() ?? "the default stays"}");
            foreach (var dropped in kernel.Dropped) Output.Line($"    {dropped.Choice} dropped: {dropped.Reason}");
        }

        Write(path, tuner, found);
        int taken = found.Count(k => k.Choice is not null);
        Output.Line($"{taken} of {found.Count} kernels are tuned for {tuner.Target} ({tuner.Description}) in {path}");
        return taken;
    }

    private static void Compare(ParseResult parsed, ModelOptions options, CompiledModel plain, string path)
    {
        using var tuned = ModelLoader.Load(options.Folder(parsed), options.Of(parsed) with { Tuning = TuningFile.Read(path) });
        int prompt = Math.Min(CompiledModel.MaxChunk, plain.Info.MaxPositionEmbeddings - Steps), longest = Math.Max(prompt, Context + Steps);
        using Session first = new(plain, longest), second = new(tuned, longest);
        ModelBench a = new(plain, first, longest, Pairs), b = new(tuned, second, longest, Pairs);
        var prefill = PairedBench.Prefill(a, b, prompt, Pairs);
        var decode = PairedBench.Decode(a, b, Context, Steps, Pairs);
        Output.Line($"prefill {prompt}: {prompt / prefill.First.Median:F0} tokens/s by default, {prompt / prefill.Second.Median:F0} tuned, gain {Gain(prefill.Gain)} in {Pairs} pairs");
        Output.Line($"decode at {Context}: {1 / decode.First.Median:F1} tokens/s by default, {1 / decode.Second.Median:F1} tuned, gain {Gain(decode.Gain)} in {Pairs} pairs");
    }

    // Said before anything is measured.
    private static void CheckOutput(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || Directory.Exists(path)) throw new UserException($"--out {path} is a folder; name a file in it.");
        if (!Directory.Exists(folder)) throw new UserException($"--out {path}: there is no folder {folder}.");
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
