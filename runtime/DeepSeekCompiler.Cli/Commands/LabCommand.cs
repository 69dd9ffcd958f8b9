using System.CommandLine;
using DeepSeekCompiler.Cli.Lab;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc lab</c>: trains one small setting under declared variants, and compares.</summary>
internal static class LabCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder for lab.md, lab.csv and lab.png.", Required = true };
        var steps = new Option<int>("--steps") { Description = "Steps of every run.", DefaultValueFactory = _ => 1000 };
        var seeds = new Option<int>("--seeds") { Description = "Runs of every variant.", DefaultValueFactory = _ => 3 };
        var threads = new Option<int>("--threads") { Description = "Threads; 0 for all processors." };
        var only = new Option<string?>("--only") { Description = "One group beside the base: attention, routing or objective." };
        var command = new Command("lab", "Compares attention kinds, routings and objectives on the sample corpus, with seeds and spread.") { output, steps, seeds, threads, only };
        command.SetAction(parsed => Run(parsed.GetValue(output)!, parsed.GetValue(steps), parsed.GetValue(seeds), parsed.GetValue(threads), parsed.GetValue(only)));
        return command;
    }

    private static int Run(string output, int steps, int seeds, int threads, string? only)
    {
        if (steps < 1) throw new UserException($"--steps {steps} trains nothing; give 1 or more.");
        if (seeds < 1) throw new UserException($"--seeds {seeds} runs nothing; give 1 or more.");
        if (threads is < 0 or > 1024) throw new UserException($"{threads} threads cannot work; give 1 to 1024, or 0 for all processors.");
        string folder = SampleModel.Folder();
        var variants = LabVariants.All(Path.Combine(folder, "config.json"));
        if (only is not null && variants.All(v => v.Group != only)) throw new UserException($"There is no group {only}; {string.Join(", ", variants.Select(v => v.Group).Distinct().Skip(1))} are.");
        var tokenizer = ModelTokenizer.Load(folder);
        double floor = LabRun.Floor(tokenizer, variants[0].Settings.Length);
        Directory.CreateDirectory(output);
        var runs = new List<LabRun>();
        var progress = new ProgressLine("lab");
        foreach (var variant in variants.Where(v => only is null || v.Group == only || v.Group == variants[0].Group))
        {
            for (int seed = 0; seed < seeds; seed++)
            {
                var run = LabRun.Do(variant, tokenizer, steps, (ulong)seed, threads == 0 ? Environment.ProcessorCount : threads, s => progress.Report(s.Step, steps, $"steps of {variant.Name}"));
                progress.Clear();
                runs.Add(run);
                Output.Line($"{variant.Name}, seed {seed}: held-out loss {run.Last.Loss:F4} (floor {floor:F4}), MaxVio {run.Last.MaxViolation:F2}, {run.TokensPerSecond:F0} tokens/s");
            }

            // After every variant: a run that is stopped leaves what there is.
            File.WriteAllText(Path.Combine(output, "lab.md"), LabTable.Markdown(runs, floor));
            File.WriteAllText(Path.Combine(output, "lab.csv"), LabTable.Csv(runs));
            LabCharts.Write(Path.Combine(output, "lab.png"), runs, floor);
        }

        Console.Out.WriteLine();
        Console.Out.Write(LabTable.Markdown(runs, floor));
        return 0;
    }
}
