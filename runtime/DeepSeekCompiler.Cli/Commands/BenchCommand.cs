using System.CommandLine;
using DeepSeekCompiler.Cli.Bench;
using DeepSeekCompiler.Cli.Training;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc bench</c>: speed of prefill and decode, or of training, beside what the machine can do, measured in the same run.</summary>
internal static class BenchCommand
{
    private const int Repetitions = 5;

    public static Command Create()
    {
        var prefill = new Option<string?>("--prefill") { Description = "Prompt lengths. Default: 128,512, as far as the model has positions for them." };
        var chunk = new Option<int?>("--chunk") { Description = "Tokens of a prompt that go through together; by default as many as the host or the device takes." };
        var decodeAt = new Option<string?>("--decode-at") { Description = "Contexts at which decode is timed. Default: 16,512, as far as the model has positions for them and the decode run behind them." };
        var tokens = new Option<int?>("--tokens") { Description = "Tokens of a decode run. Default: 64, fewer where the model has few positions." };
        var kernels = new Option<bool>("--kernels") { Description = "Also where the time of every prompt and decode step goes, by kernel, and how far each is from the machine's limits." };
        var plot = new Option<string?>("--plot") { Description = "Also draws kernels under the machine's limits (a roofline) into this PNG file." };
        var speculative = new Option<int>("--speculative") { Description = "Also generation of this many tokens, plainly and with the model's MTP module as a draft." };
        var depth = SamplingArguments.DraftDepth();
        var baseline = new Option<string?>("--baseline") { Description = "An earlier output of --json: fails where a figure has become slower than in it." };
        var threshold = new Option<double>("--threshold") { Description = "Percent that a figure may lose against the baseline.", DefaultValueFactory = _ => 10 };
        var training = new Option<bool>("--training") { Description = "Measure a training micro-batch instead (losses and gradients of every tensor)." };
        var batch = new Option<int>("--batch") { Description = "Rows of the micro-batch.", DefaultValueFactory = _ => 8 };
        var length = new Option<int>("--length") { Description = "Tokens of its rows.", DefaultValueFactory = _ => 256 };
        var precision = PrecisionOption.Create("What the micro-batch's projections multiply: f32, bf16 or fp8.");
        var json = new Option<bool>("--json") { Description = "One JSON object instead of lines." };
        var model = new ModelOptions();
        var command = new Command("bench", "Measures prefill and decode, or training.") { prefill, chunk, decodeAt, tokens, speculative, depth, kernels, plot, baseline, threshold, training, batch, length, precision, json };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(training))
            {
                parsed.Refuse("has no meaning with --training, which measures a micro-batch and nothing else", prefill, chunk, decodeAt, tokens, speculative, depth, plot, baseline, threshold, model.Fp8, model.Cache, model.SplitActivations, model.Tuning);
                return !RuntimeCompilation.IsSupported ? throw new UserException("--training needs the compiler, and this dsc was published without it.")
                    : TrainingFigures.Run(parsed, model, parsed.GetValue(batch), parsed.GetValue(length), precision.Read(parsed), parsed.GetValue(kernels), parsed.GetValue(json));
            }

            parsed.Refuse("is for --training", batch, length, precision);
            return Run(parsed, model, new Request(Sizes(parsed, prefill), parsed.GetValue(chunk), Sizes(parsed, decodeAt), parsed.GetValue(tokens),
                parsed.GetValue(speculative), parsed.GetValue(depth), parsed.GetValue(kernels), parsed.GetValue(plot), parsed.GetValue(baseline), parsed.GetValue(threshold), parsed.GetValue(json)));
        });
        return command;
    }

    private static int Run(ParseResult parsed, ModelOptions options, Request request)
    {
        var (_, chunk, _, askedTokens, speculative, depth, kernels, plot, baselineFile, threshold, json) = request;
        if (askedTokens < 1) throw new UserException($"--tokens {askedTokens} measures nothing; give 1 or more.");
        if (speculative < 0) throw new UserException($"--speculative {speculative} measures nothing; give 1 or more tokens.");
        if (threshold is < 0 or >= 100 or double.NaN) throw new UserException(FormattableString.Invariant($"--threshold {threshold} is no share that a figure may lose; give percent from 0 to below 100."));
        if (plot is not null && !RuntimeCompilation.IsSupported) throw new UserException("--plot needs the plotting library, and this dsc was published without it; --json has the same figures.");
        if (plot is not null) OutputFile.Check("--plot", plot);
        new GenerationOptions { DraftDepth = depth }.Check();
        var baseline = baselineFile is null ? null : Baseline.Load(baselineFile);
        using var model = options.Load(parsed);
        bool host = model.Device == "host";
        if (!host && (kernels || plot is not null)) throw new UserException($"--kernels and --plot look into the host's kernels, and the model runs on {model.Device}; benchmarks/gpu times those of a device.");
        var sizes = BenchSizes.Of(request.Prefill, request.DecodeAt, askedTokens, model.Info.MaxPositionEmbeddings);
        var (prefill, decodeAt, tokens) = sizes;
        int longest = sizes.Longest;
        using var session = Open(model, longest, chunk);
        int[] prompt = speculative == 0 ? [] : Prompt(options.Folder(parsed), model.Info, speculative);
        var bench = new ModelBench(model, session, longest, Repetitions);
        var limits = host ? MachineLimits.Measure(model.Host) : null;
        bool byKernel = kernels || plot is not null;
        var prefills = prefill.Select(n => new PrefillFigure(n, bench.Prefill(n), byKernel ? bench.PrefillByKernel(model.Host, n) : null)).ToList();
        var decodes = decodeAt.Select(n => new DecodeFigure(n, bench.Decode(n, tokens), byKernel ? bench.DecodeByKernel(model.Host, n, tokens) : null)).ToList();
        var generation = prompt.Length == 0 ? null : Generate(model, prompt, speculative, depth);
        // Once more, should the machine have been busy with something else.
        if (limits is not null) limits = MachineLimits.Best(limits, MachineLimits.Measure(model.Host));
        var figures = new BenchFigures(model.Info, model.Host.Threads, options.WidthOf(parsed) ?? HostVector.Width, model.Device, limits, prefills, decodes, generation, Environment.WorkingSet / (double)(1 << 20), WeightPages.Now());
        if (json) BenchJson.Print(figures);
        else BenchText.Print(figures);
        // A condition of its own, so that native programs leave the plotting library out.
        if (RuntimeCompilation.IsSupported && plot is not null) RooflinePlot.Save(plot, figures);
        baseline?.Check(figures, threshold, json);
        return 0;
    }

    private static int[]? Sizes(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } list ? Numbers.Parse(list, option.Name, "number of tokens", 1) : null;

    private static Session Open(CompiledModel model, int longest, int? chunk)
    {
        if (chunk is not { } tokens) return new(model, longest);
        int most;
        using (var session = new Session(model, longest)) most = session.Chunk;
        if (tokens < 1 || tokens > most) throw new UserException($"--chunk {tokens}: a step of {model.Info.Name} takes 1 to {most} tokens on {model.Device}.");
        return new(model, longest) { Chunk = tokens };
    }

    // Drafts are accepted where the text is of the kind that the model was trained on, so the prompt is one.
    private static int[] Prompt(string folder, ModelInfo info, int tokens)
    {
        if (info.NumNextnPredictLayers == 0) throw new UserException($"--speculative: {info.Name} has no MTP module that could draft.");
        var tokenizer = ModelTokenizer.Load(folder);
        tokenizer.CheckVocabulary(info.VocabSize);
        int[] prompt = tokenizer.Encode("Once upon a time");
        if (tokenizer.BosId is { } bos) prompt = [bos, .. prompt];
        return prompt.Length + tokens < info.MaxPositionEmbeddings ? prompt
            : throw new UserException($"--speculative {tokens}: with the prompt these are more than the {info.MaxPositionEmbeddings} positions that the model is declared for.");
    }

    private static GenerationBench Generate(CompiledModel model, int[] prompt, int tokens, int depth)
    {
        using var session = new Session(model, prompt.Length + tokens + 1);
        return GenerationBench.Measure(session, prompt, tokens, depth, Repetitions);
    }

    private sealed record Request(int[]? Prefill, int? Chunk, int[]? DecodeAt, int? Tokens, int Speculative, int Depth, bool Kernels, string? Plot, string? Baseline, double Threshold, bool Json);
}
