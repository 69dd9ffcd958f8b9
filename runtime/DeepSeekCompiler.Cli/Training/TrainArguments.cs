using System.CommandLine;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Training;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>Options of <c>dsc train</c>. Those that decide what is computed are written into the run's folder and belong to it from then on.</summary>
internal sealed class TrainArguments
{
    private static readonly TrainingSettings s_defaults = new();

    private readonly Option<string?> _config = new("--config") { Description = "config.json of the model. Default: that of the sample model." };
    private readonly Option<string?> _model = new("--model") { Description = "Model folder whose weights and tokenizer the run begins with." };
    private readonly Option<string?> _tokenizer = new("--tokenizer") { Description = "Folder with tokenizer.json, or \"learn\". Default: that beside the configuration; learned from the data where there is none." };
    private readonly Option<string> _data = new("--data") { Description = "A text file, a folder of them (.txt, .md, .jsonl with \"text\"), a token shard, or \"stories\", the sample corpus.", DefaultValueFactory = _ => RunPlan.Stories };
    private readonly Option<string?> _rows = new("--rows") { Description = "documents (a row a document, the default for stories) or packed (rows cut from one stream, the default for text)." };
    private readonly Option<string> _out = new("--out") { Description = "The run's folder: checkpoints, logs, report, model.", Required = true };
    private readonly Option<bool> _resume = new("--resume") { Description = "Goes on with the run in the folder, from its newest sound checkpoint." };
    private readonly Option<string> _dtype = new("--export-dtype") { Description = "Format of the exported model: f32, bf16 or fp8.", DefaultValueFactory = _ => "bf16" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object at the end; progress goes to the log alone." };
    private readonly Option<int?> _steps = Number<int?>("--steps", "Steps.", s_defaults.Steps);
    private readonly Option<int?> _batch = Number<int?>("--batch", "Rows of a step.", s_defaults.Batch);
    private readonly Option<int?> _microBatch = new("--micro-batch") { Description = "Rows at once; less takes less memory. Default: those of a step, at most 8." };
    private readonly Option<int?> _length = Number<int?>("--length", "Most tokens of a row.", s_defaults.Length);
    private readonly ThreadsOption _threads = ThreadsOption.Create();
    private readonly Option<string> _device = new("--device") { Description = "Where it trains: host, opencl:N or cuda:N; `dsc devices` lists them.", DefaultValueFactory = _ => s_defaults.Device };
    private readonly PrecisionOption _precision = PrecisionOption.Create("What projections multiply: f32, bf16, or fp8 as DeepSeek-V3 was trained (E4M3, scales by tile). Masters, gradients and sums are float32.");
    private readonly Option<ulong?> _seed = Number<ulong?>("--seed", "Seed of the first weights and of the order of the data.", s_defaults.Seed);
    private readonly Option<double?> _rate = Number<double?>("--lr", "Highest learning rate.", s_defaults.LearningRate);
    private readonly Option<double?> _final = Number<double?>("--lr-final", "Last learning rate as a share of the highest.", s_defaults.FinalShare);
    private readonly Option<int?> _warmup = new("--warmup") { Description = "Steps up to the highest learning rate. Default: 100, at most a tenth of all." };
    private readonly Option<float?> _decay = Number<float?>("--weight-decay", "Decoupled decay of matrices.", s_defaults.WeightDecay);
    private readonly Option<double?> _clip = Number<double?>("--clip", "Largest norm of the gradient; 0 for no limit.", s_defaults.ClipNorm);
    private readonly Option<float?> _beta2 = Number<float?>("--beta2", "Decay of AdamW's second moments.", s_defaults.Beta2);
    private readonly Option<double?> _init = Number<double?>("--init", "Standard deviation of the first weights.", s_defaults.InitializerRange);
    private readonly Option<double?> _mtp = Number<double?>("--mtp-weight", "Weight of the multi-token prediction loss.", s_defaults.MtpWeight);
    private readonly Option<double?> _mtpFinal = Number<double?>("--mtp-final-weight", "Its weight in the last third.", s_defaults.MtpFinalWeight);
    private readonly Option<double?> _balance = Number<double?>("--balance-rate", "How far a step moves an expert's correction bias; 0 for no balancing.", s_defaults.BalanceRate);
    private readonly Option<double?> _balanceLoss = Number<double?>("--balance-loss", "Weight of the sequence-wise balance loss.", s_defaults.BalanceLoss);
    private readonly Option<int> _heldOut = new("--held-out") { Description = "Most rows that are held out for evaluation.", DefaultValueFactory = _ => 64 };
    private readonly Option<int?> _evaluate = Number<int?>("--evaluate-every", "Steps from evaluation to evaluation; 0 for the last step only.", s_defaults.EvaluateEvery);
    private readonly Option<int?> _checkpoint = Number<int?>("--checkpoint-every", "Steps from checkpoint to checkpoint; 0 for the last step only.", s_defaults.CheckpointEvery);

    // What belongs to the run from its beginning on.
    private Option[] Fixed => [_config, _model, _tokenizer, _data, _rows, _steps, _batch, _microBatch, _length, _threads, _device, _precision, _seed, _rate, _final, _warmup, _decay, _clip, _beta2, _init, _mtp, _mtpFinal, _balance, _balanceLoss, _heldOut];

    // The options of settings that can be out of range.
    private (string Setting, Option Option)[] Settings =>
    [
        (nameof(TrainingSettings.Steps), _steps), (nameof(TrainingSettings.Batch), _batch), (nameof(TrainingSettings.MicroBatch), _microBatch), (nameof(TrainingSettings.Length), _length),
        (nameof(TrainingSettings.LearningRate), _rate), (nameof(TrainingSettings.FinalShare), _final), (nameof(TrainingSettings.WarmupSteps), _warmup), (nameof(TrainingSettings.WeightDecay), _decay),
        (nameof(TrainingSettings.ClipNorm), _clip), (nameof(TrainingSettings.Beta2), _beta2), (nameof(TrainingSettings.InitializerRange), _init), (nameof(TrainingSettings.MtpWeight), _mtp),
        (nameof(TrainingSettings.MtpFinalWeight), _mtpFinal), (nameof(TrainingSettings.BalanceRate), _balance), (nameof(TrainingSettings.BalanceLoss), _balanceLoss),
        (nameof(TrainingSettings.EvaluateEvery), _evaluate), (nameof(TrainingSettings.CheckpointEvery), _checkpoint),
    ];

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _out, _resume, _dtype, _json, _evaluate, _checkpoint }.Concat(Fixed)) command.Options.Add(option);
    }

    public string Out(ParseResult parsed) => parsed.GetValue(_out)!;

    public bool Resume(ParseResult parsed) => parsed.GetValue(_resume);

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public string? Config(ParseResult parsed) => parsed.GetValue(_config);

    public string? Model(ParseResult parsed) => parsed.GetValue(_model);

    public string? Tokenizer(ParseResult parsed) => parsed.GetValue(_tokenizer);

    public RecipeFormat Format(ParseResult parsed) => parsed.GetValue(_dtype) switch
    {
        "f32" => RecipeFormat.F32,
        "bf16" => RecipeFormat.BF16,
        "fp8" => RecipeFormat.Fp8,
        var other => throw new UserException($"There is no export format {other}; f32, bf16 and fp8 are."),
    };

    /// <summary>The plan of a new run.</summary>
    public RunPlan NewPlan(ParseResult parsed)
    {
        if (parsed.GetValue(_config) is not null && parsed.GetValue(_model) is not null) throw new UserException("Give either --config, to begin with random weights, or --model, to begin with those of a folder.");
        string data = parsed.GetValue(_data)!;
        bool documents = parsed.GetValue(_rows) switch
        {
            null => data == RunPlan.Stories,
            "documents" => true,
            "packed" when data == RunPlan.Stories => throw new UserException("Stories are told document by document; --rows packed is for text files."),
            "packed" => false,
            var other => throw new UserException($"There are no rows of kind {other}; documents and packed are."),
        };
        int steps = parsed.GetValue(_steps) ?? s_defaults.Steps, batch = parsed.GetValue(_batch) ?? s_defaults.Batch;
        int heldOut = parsed.GetValue(_heldOut);
        if (heldOut < 1) throw new UserException($"--held-out {heldOut} leaves nothing to evaluate; give 1 or more.");
        var settings = new TrainingSettings
        {
            Steps = steps, Batch = batch, MicroBatch = parsed.GetValue(_microBatch) ?? Math.Min(8, batch), Length = parsed.GetValue(_length) ?? s_defaults.Length,
            Threads = _threads.Read(parsed) is > 0 and var threads ? threads : Environment.ProcessorCount, Device = parsed.GetValue(_device)!, Precision = _precision.Read(parsed), Seed = parsed.GetValue(_seed) ?? s_defaults.Seed, InitializerRange = parsed.GetValue(_init) ?? s_defaults.InitializerRange,
            LearningRate = parsed.GetValue(_rate) ?? s_defaults.LearningRate, FinalShare = parsed.GetValue(_final) ?? s_defaults.FinalShare,
            WarmupSteps = parsed.GetValue(_warmup) ?? Math.Min(s_defaults.WarmupSteps, steps / 10), WeightDecay = parsed.GetValue(_decay) ?? s_defaults.WeightDecay,
            ClipNorm = parsed.GetValue(_clip) ?? s_defaults.ClipNorm, Beta2 = parsed.GetValue(_beta2) ?? s_defaults.Beta2,
            MtpWeight = parsed.GetValue(_mtp) ?? s_defaults.MtpWeight, MtpFinalWeight = parsed.GetValue(_mtpFinal) ?? s_defaults.MtpFinalWeight,
            BalanceRate = parsed.GetValue(_balance) ?? s_defaults.BalanceRate, BalanceLoss = parsed.GetValue(_balanceLoss) ?? s_defaults.BalanceLoss,
        };
        return new RunPlan { Data = data == RunPlan.Stories ? data : Path.GetFullPath(data), DocumentRows = documents, HeldOutRows = heldOut, Settings = WithHabits(parsed, settings) };
    }

    /// <summary>The plan of a run that goes on: as it began, but for how often it looks at itself.</summary>
    public RunPlan ResumedPlan(ParseResult parsed, RunPlan plan)
    {
        if (Fixed.FirstOrDefault(parsed.Given) is { } given) throw new UserException($"{given.Name} was decided when the run began; leave it out with --resume, or begin another run.");
        return plan with { Settings = WithHabits(parsed, plan.Settings) };
    }

    private TrainingSettings WithHabits(ParseResult parsed, TrainingSettings settings)
    {
        settings = settings with { EvaluateEvery = parsed.GetValue(_evaluate) ?? settings.EvaluateEvery, CheckpointEvery = parsed.GetValue(_checkpoint) ?? settings.CheckpointEvery };
        try
        {
            settings.Check();
        }
        catch (TrainingException e) when (Settings.FirstOrDefault(s => e.Message.StartsWith(s.Setting + " ", StringComparison.Ordinal)) is ({ } setting, { } option))
        {
            throw new UserException(option.Name + e.Message[setting.Length..]);
        }

        return settings;
    }

    private static Option<T> Number<T>(string name, string what, object standard) => new(name) { Description = FormattableString.Invariant($"{what} Default: {standard}.") };
}
