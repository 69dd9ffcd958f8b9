using System.CommandLine;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Cli;

// Declarations have a policy of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>Options of every command that runs a model.</summary>
internal sealed class ModelOptions
{
    public Option<string?> Model { get; } = new("--model") { Description = "Model folder: config.json, model.safetensors, tokenizer.json. Default: the sample model." };

    public Option<string> Device { get; } = new("--device") { Description = "Device: host, opencl:N or cuda:N; `dsc devices` lists them.", DefaultValueFactory = _ => "host" };

    public ThreadsOption Threads { get; } = ThreadsOption.Create();

    public Option<string?> Fp8 { get; } = new("--fp8") { Description = "Policy for FP8 checkpoints: weight-only (default) or full." };

    public Option<int?> Width { get; } = new("--width") { Description = "Vector width in bits: 512, 256, 128 or 0 (scalar). Default: what the processor has." };

    public Option<string> Cache { get; } = new("--cache") { Description = "Format of the KV cache: f32, bf16, or, for latent attention, fp8, or i16 (on the host).", DefaultValueFactory = _ => "f32" };

    public Option<bool> SplitActivations { get; } = new("--split-activations")
    {
        Description = "Prompts keep more of an activation's fraction, as decode does: on the host float32 instead of 12 bits of the largest of a block, on CUDA's matrix units 16 bits instead of 8.",
    };

    public Option<string?> Tuning { get; } = new("--tuning") { Description = "A file of `dsc tune`: schedules that were measured on this machine." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Model, Device, Threads, Fp8, Width, Cache, SplitActivations, Tuning }) command.Options.Add(option);
    }

    public string Folder(ParseResult parsed) => parsed.GetValue(Model) ?? SampleModel.Folder();

    /// <summary>The tokenizer of the folder, which fits the model; nothing is compiled for it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="positions">That the model is declared for.</param>
    public ModelTokenizer Tokenizer(ParseResult parsed, out int positions)
    {
        var spec = CheckpointSpec.Read(Folder(parsed));
        var tokenizer = ModelTokenizer.Load(Folder(parsed));
        tokenizer.CheckVocabulary(spec.VocabSize);
        positions = spec.MaxPositionEmbeddings;
        return tokenizer;
    }

    public CompiledModel Load(ParseResult parsed) => Load(parsed, out _);

    public CompiledModel Load(ParseResult parsed, out LoadReport report)
    {
        var progress = new ProgressLine("Compiling the model (once, then it is kept)");
        try
        {
            return ModelLoader.Load(Folder(parsed), Of(parsed) with { Compiling = progress.Say }, out report);
        }
        finally
        {
            progress.Clear();
        }
    }

    /// <summary>What the options say about compiling and loading.</summary>
    public LoadOptions Of(ParseResult parsed)
    {
        string device = parsed.GetValue(Device)!;
        bool split = parsed.GetValue(SplitActivations);
        if (split && device.StartsWith("opencl", StringComparison.Ordinal)) throw new UserException($"--split-activations is for the host and for CUDA, and --device {device} multiplies float32 numbers in any case; leave it out.");
        return new LoadOptions
        {
            Threads = Threads.Read(parsed), VectorWidth = WidthOf(parsed), Fp8 = Policy(parsed), Cache = CacheOf(parsed.GetValue(Cache)!), Device = device, SplitActivations = split,
            Upload = ProgressLine.Bytes("Copying weights to " + device), Tuning = parsed.GetValue(Tuning) is { } file ? TuningFile.Read(file) : null,
        };
    }

    public int? WidthOf(ParseResult parsed) => parsed.GetValue(Width) switch
    {
        null => null,
        512 or 256 or 128 or 0 => parsed.GetValue(Width),
        var other => throw new UserException($"A vector width of {other} bits is not known; 512, 256, 128 and 0 (scalar) are."),
    };

    private Fp8Policy? Policy(ParseResult parsed) => parsed.GetValue(Fp8) switch
    {
        null => null,
        "weight-only" => Fp8Policy.WeightOnly,
        "full" => Fp8Policy.Full,
        var other => throw new UserException($"There is no FP8 policy {other}; weight-only and full are."),
    };

    public static NumberFormat CacheOf(string cache) => cache switch
    {
        "f32" => NumberFormat.F32,
        "bf16" => NumberFormat.BF16,
        "fp8" => NumberFormat.E4M3,
        "i16" => NumberFormat.I16,
        var other => throw new UserException($"There is no cache format {other}; f32, bf16, fp8 and i16 are."),
    };
}
