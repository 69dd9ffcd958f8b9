using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Training.Data;
using DeepSeekCompiler.Training.Loop;
using DeepSeekCompiler.Training.Tokens;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>A run's folder: what it was begun with is kept in it, so that it goes on whatever became of the originals.</summary>
internal sealed class RunFolder
{
    private RunFolder(string path, RunPlan plan) => (Root, Plan) = (path, plan);

    public string Root { get; }

    public RunPlan Plan { get; }

    /// <summary>The model's configuration.</summary>
    public string Config => Path.Combine(Root, "config.json");

    /// <summary>tokenizer.json and its companions.</summary>
    public string Tokenizer => Path.Combine(Root, "tokenizer");

    /// <summary>The text as ids.</summary>
    public string Shard => Path.Combine(Root, "data.tokens");

    /// <summary>The curves.</summary>
    public string Report => Path.Combine(Root, "report.png");

    /// <summary>The exported model.</summary>
    public string Model => Path.Combine(Root, "model");

    /// <summary>Makes the folder of a new run, or opens that of one that goes on. It is a run from <see cref="Begin"/> on.</summary>
    /// <exception cref="UserException">Options contradict each other or the folder.</exception>
    public static RunFolder Open(ParseResult parsed, TrainArguments arguments)
    {
        string path = arguments.Out(parsed);
        if (arguments.Resume(parsed)) return new RunFolder(path, arguments.ResumedPlan(parsed, RunPlan.Load(path)));
        if (RunPlan.Exists(path)) throw new UserException($"{path} holds a run already; go on with it (--resume), or give another --out.");
        var run = new RunFolder(path, arguments.NewPlan(parsed));
        string config = arguments.Config(parsed) ?? Path.Combine(arguments.Model(parsed) ?? SampleModel.Folder(), "config.json");

        // What the compiler, the device or the data would refuse is refused before anything is written.
        int vocabulary = CheckpointSpec.ReadConfig(config).VocabSize;
        if (run.Plan.Settings.Device != "host") GpuDevices.Open(run.Plan.Settings.Device).Dispose();
        if (run.Plan.Data != RunPlan.Stories && !IsShard(run.Plan.Data)) TextDocuments.Files(run.Plan.Data);
        OutputFolder.Create(path);
        File.Copy(config, run.Config, overwrite: true);
        run.TakeTokenizer(arguments.Tokenizer(parsed), Path.GetDirectoryName(Path.GetFullPath(config))!, vocabulary);
        return run;
    }

    /// <summary>Writes the plan, last: a folder with a plan has everything, and nothing in it was refused.</summary>
    public void Begin() => Plan.Save(Root);

    public static bool IsShard(string data) => data.EndsWith(".tokens", StringComparison.OrdinalIgnoreCase);

    private void TakeTokenizer(string? asked, string beside, int vocabulary)
    {
        string? from = asked is null or "learn" ? (asked is null && File.Exists(Path.Combine(beside, "tokenizer.json")) ? beside : null) : asked;
        Directory.CreateDirectory(Tokenizer);
        if (from is not null)
        {
            if (!File.Exists(Path.Combine(from, "tokenizer.json"))) throw new UserException($"{from} holds no tokenizer.json.");
            foreach (string file in new[] { "tokenizer.json", "tokenizer_config.json", "generation_config.json", "special_tokens_map.json" })
            {
                if (File.Exists(Path.Combine(from, file))) File.Copy(Path.Combine(from, file), Path.Combine(Tokenizer, file), overwrite: true);
            }
        }
        else if (IsShard(Plan.Data)) throw new UserException("A token shard needs the tokenizer that made it; name its folder with --tokenizer.");
        else TokenizerLearner.Learn(Plan.Data == RunPlan.Stories ? TokenizerLearner.Stories(Plan.Settings.Seed) : TextDocuments.Files(Plan.Data).SelectMany(TextDocuments.Of), vocabulary, Tokenizer);
    }
}
