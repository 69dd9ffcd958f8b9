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
        var threads = ThreadsOption.Create();
        var only = new Option<string?>("--only") { Description = "One group beside the base: attention, queries, routing or objective." };
        var json = new Option<bool>("--json") { Description = "One JSON object at the end instead of lines." };
        var command = new Command("lab", "Compares attention kinds, routings and objectives on the sample corpus, with seeds and spread.") { output, steps, seeds, threads, only, json };
        command.SetAction(parsed =>
        {
            var variants = Chosen(parsed.GetValue(only));
            Run(variants, parsed.GetValue(output)!, Least("--steps", parsed.GetValue(steps)), Least("--seeds", parsed.GetValue(seeds)), threads.Read(parsed) is > 0 and var given ? given : Environment.ProcessorCount, parsed.GetValue(json));
        });
        return command;
    }

    private static void Run(IReadOnlyList<LabVariant> variants, string output, int steps, int seeds, int threads, bool json)
    {
        var tokenizer = ModelTokenizer.Load(SampleModel.Folder());
        double floor = LabRun.Floor(tokenizer, variants[0].Settings.Length);
        OutputFolder.Create(output);
        var runs = new List<LabRun>();
        var progress = new ProgressLine("lab");
        foreach (var variant in variants)
        {
            for (int seed = 0; seed < seeds; seed++)
            {
                var run = LabRun.Do(variant, tokenizer, steps, (ulong)seed, threads, s => progress.Report(s.Step, steps, $"steps of {variant.Name}"));
                progress.Clear();
                runs.Add(run);
                if (!json) Output.Line($"{variant.Name}, seed {seed}: held-out loss {run.Last.Loss:F4} (floor {floor:F4}), MaxVio {run.Last.MaxViolation:F2}, {run.TokensPerSecond:F0} tokens/s");
            }

            // After every variant: a laboratory that is stopped leaves what there is.
            File.WriteAllText(Path.Combine(output, "lab.md"), LabTable.Markdown(runs, floor));
            File.WriteAllText(Path.Combine(output, "lab.csv"), LabTable.Csv(runs));
            LabCharts.Write(Path.Combine(output, "lab.png"), runs, floor);
        }

        if (json) LabTable.PrintJson(runs, floor);
        else Console.Out.Write("\n" + LabTable.Markdown(runs, floor));
    }

    private static List<LabVariant> Chosen(string? only)
    {
        var variants = LabVariants.All(Path.Combine(SampleModel.Folder(), "config.json"));
        string first = variants[0].Group;
        var chosen = variants.Where(v => only is null || v.Group == only || v.Group == first).ToList();
        if (only == first || chosen.Count == 1) throw new UserException($"--only {only}: there is no such group; give {string.Join(", ", variants.Select(v => v.Group).Distinct().Skip(1))}.");
        return chosen;
    }

    private static int Least(string option, int value) => value >= 1 ? value : throw new UserException($"{option} {value} leaves nothing to compare; give 1 or more.");
}
