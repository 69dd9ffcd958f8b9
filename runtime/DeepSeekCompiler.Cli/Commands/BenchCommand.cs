using System.CommandLine;
using System.Text.Json;
using DeepSeekCompiler.Cli.Training;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Execution;
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
        var prefill = new Option<string>("--prefill") { Description = "Prompt lengths.", DefaultValueFactory = _ => "128,512" };
        var decodeAt = new Option<string>("--decode-at") { Description = "Contexts at which decode is timed.", DefaultValueFactory = _ => "16,512" };
        var tokens = new Option<int>("--tokens") { Description = "Tokens of a decode run.", DefaultValueFactory = _ => 64 };
        var kernels = new Option<bool>("--kernels") { Description = "Also where the time of every prompt and decode run goes, by kernel." };
        var speculative = new Option<int>("--speculative") { Description = "Also generation of this many tokens, plainly and with the model's MTP module as a draft." };
        var baseline = new Option<string?>("--baseline") { Description = "An earlier output of --json: fails where a figure has become slower than in it." };
        var threshold = new Option<double>("--threshold") { Description = "Percent that a figure may lose against the baseline.", DefaultValueFactory = _ => 10 };
        var training = new Option<bool>("--training") { Description = "Measure a training micro-batch instead (losses and gradients of every tensor)." };
        var batch = new Option<int>("--batch") { Description = "Rows of the micro-batch.", DefaultValueFactory = _ => 8 };
        var length = new Option<int>("--length") { Description = "Tokens of its rows.", DefaultValueFactory = _ => 256 };
        var precision = PrecisionOption.Create("What the micro-batch's projections multiply: f32, bf16 or fp8.");
        var json = new Option<bool>("--json") { Description = "One JSON object instead of lines." };
        var model = new ModelOptions();
        var command = new Command("bench", "Measures prefill and decode, or training.") { prefill, decodeAt, tokens, speculative, kernels, baseline, threshold, training, batch, length, precision, json };
        model.AddTo(command);
        command.SetAction(parsed => parsed.GetValue(training)
            ? !RuntimeCompilation.IsSupported ? throw new UserException("--training needs the compiler, and this dsc was published without it.")
                : TrainingFigures.Run(parsed, model, parsed.GetValue(batch), parsed.GetValue(length), precision.Read(parsed), parsed.GetValue(kernels), parsed.GetValue(json))
            : Run(parsed, model, new Request(LogitsCommand.Parse(parsed.GetValue(prefill)!), LogitsCommand.Parse(parsed.GetValue(decodeAt)!), parsed.GetValue(tokens),
                parsed.GetValue(speculative), parsed.GetValue(kernels), parsed.GetValue(baseline), parsed.GetValue(threshold), parsed.GetValue(json))));
        return command;
    }

    private static int Run(ParseResult parsed, ModelOptions options, Request request)
    {
        var (prefill, decodeAt, tokens, speculative, kernels, baselineFile, threshold, json) = request;
        if (tokens < 1) throw new UserException($"--tokens {tokens} measures nothing; give 1 or more.");
        if (speculative < 0) throw new UserException($"--speculative {speculative} measures nothing; give 1 or more tokens.");
        if (prefill.Concat(decodeAt).Any(n => n < 1)) throw new UserException("Prompt lengths and contexts are 1 or more.");
        if (threshold is < 0 or >= 100 or double.NaN) throw new UserException(FormattableString.Invariant($"--threshold {threshold} is no share that a figure may lose; give percent from 0 to below 100."));
        var baseline = baselineFile is null ? null : Baseline.Load(baselineFile);
        using var model = options.Load(parsed);
        int longest = Math.Max(prefill.DefaultIfEmpty(1).Max(), decodeAt.DefaultIfEmpty(1).Max() + tokens);
        if (longest > model.Info.MaxPositionEmbeddings) throw new UserException($"{longest} tokens are more than the {model.Info.MaxPositionEmbeddings} positions that the model is declared for.");
        using var session = new Session(model, longest);
        int[] prompt = speculative == 0 ? [] : Prompt(options.Folder(parsed), model.Info, speculative);
        var bench = new ModelBench(model, session, longest, Repetitions);
        var limits = MachineLimits.Measure(model.Host);
        var prefills = prefill.Select(n => (Tokens: n, Seconds: bench.Prefill(n))).ToList();
        var decodes = decodeAt.Select(n => (Context: n, Seconds: bench.Decode(n, tokens))).ToList();
        var generation = prompt.Length == 0 ? null : Generate(model, prompt, speculative);
        double resident = Environment.WorkingSet / (double)(1 << 20);
        if (kernels && !json) PrintKernels(model.Host, bench, prefill, decodeAt, tokens);
        if (json) PrintJson(model.Info, limits, prefills, decodes, generation, resident);
        else Print(model, limits, prefills, decodes, generation, resident);
        baseline?.Check([.. prefills.Select(p => ($"prefill {p.Tokens}", p.Seconds with { Median = p.Seconds.Median / p.Tokens, Min = p.Seconds.Min / p.Tokens, Max = p.Seconds.Max / p.Tokens })),
            .. decodes.Select(d => ($"decode at {d.Context}", d.Seconds))], threshold, json);
        return 0;
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

    private static GenerationBench Generate(CompiledModel model, int[] prompt, int tokens)
    {
        using var session = new Session(model, prompt.Length + tokens + 1);
        return GenerationBench.Measure(session, prompt, tokens, Repetitions);
    }

    private static void PrintKernels(HostRun host, ModelBench bench, int[] prefill, int[] decodeAt, int tokens)
    {
        foreach (int n in prefill)
        {
            var (times, seconds) = bench.PrefillByKernel(host, n);
            KernelTable.Print($"prefill {n}", seconds, 1, times);
        }

        foreach (int n in decodeAt)
        {
            var (times, seconds) = bench.DecodeByKernel(host, n, tokens);
            KernelTable.Print($"a step of decode at {n}", seconds, tokens, times);
        }
    }

    // The head multiplies the last token of a prompt only.
    private static double Flops(ModelInfo info, int tokens)
    {
        double head = (double)info.VocabSize * info.HiddenSize;
        return 2 * (((info.ActiveParameters - head) * tokens) + head) / 1e9;
    }

    private static void Print(CompiledModel model, MachineLimits limits, List<(int Tokens, Spread Seconds)> prefills, List<(int Context, Spread Seconds)> decodes, GenerationBench? generation, double resident)
    {
        var info = model.Info;
        Output.Line($"host, {model.Host.Threads} threads, {HostVector.Width}-bit vectors: {limits.ReadGBs:F1} GB/s read, {limits.FmaGflops:F0} GFLOPS multiply-add");
        Output.Line($"{info.Name}: {info.TotalParameters / 1e6:F0} M parameters, {info.ActiveParameters / 1e6:F0} M active, {info.Formats}");
        foreach (var (n, s) in prefills)
            Output.Line($"prefill {n}: {n / s.Median:F0} tokens/s ({n / s.Max:F0} to {n / s.Min:F0}), {Flops(info, n) / s.Median:F0} GFLOPS of weights, {100 * Flops(info, n) / s.Median / limits.FmaGflops:F0} % of peak");
        foreach (var (at, s) in decodes)
            Output.Line($"decode at {at}: {1 / s.Median:F1} tokens/s ({1 / s.Max:F1} to {1 / s.Min:F1}), {info.ActiveBytes / s.Median / 1e9:F1} GB/s of weights, {100 * info.ActiveBytes / s.Median / 1e9 / limits.ReadGBs:F0} % of read bandwidth");
        if (generation is { } g)
            Output.Line($"generation of {g.Tokens}: {Rates(g.Plain)} plain, {Rates(g.Drafted)} with MTP drafts, {g.Gain.Median:F2} times as fast ({g.Gain.Min:F2} to {g.Gain.Max:F2}), {100 * g.Acceptance:F1} % of drafts accepted");
        Output.Line($"resident {resident:F0} MiB");
    }

    private static string Rates(Spread s) => FormattableString.Invariant($"{1 / s.Median:F0} tokens/s ({1 / s.Max:F0} to {1 / s.Min:F0})");

    private static void PrintJson(ModelInfo info, MachineLimits limits, List<(int Tokens, Spread Seconds)> prefills, List<(int Context, Spread Seconds)> decodes, GenerationBench? generation, double resident) => Output.Json(w =>
    {
        w.WriteStartObject();
        w.WriteString("device", "host");
        w.WriteString("model", info.Name);
        w.WriteString("formats", info.Formats);
        w.WriteStartObject("limits");
        w.WriteNumber("readGBs", Math.Round(limits.ReadGBs, 2));
        w.WriteNumber("fmaGflops", Math.Round(limits.FmaGflops, 1));
        w.WriteEndObject();
        w.WriteStartArray("prefill");
        foreach (var (n, s) in prefills)
        {
            w.WriteStartObject();
            w.WriteNumber("tokens", n);
            Figure(w, "tokensPerSecond", s, t => n / t);
            Figure(w, "gflops", s, t => Flops(info, n) / t);
            Figure(w, "shareOfPeak", s, t => Flops(info, n) / t / limits.FmaGflops);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteStartArray("decode");
        foreach (var (at, s) in decodes)
        {
            w.WriteStartObject();
            w.WriteNumber("context", at);
            Figure(w, "tokensPerSecond", s, t => 1 / t);
            Figure(w, "weightGBs", s, t => info.ActiveBytes / t / 1e9);
            Figure(w, "shareOfRead", s, t => info.ActiveBytes / t / 1e9 / limits.ReadGBs);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        if (generation is { } g)
        {
            w.WriteStartObject("speculative");
            w.WriteNumber("tokens", g.Tokens);
            Figure(w, "plainTokensPerSecond", g.Plain, t => 1 / t);
            Figure(w, "draftedTokensPerSecond", g.Drafted, t => 1 / t);
            Figure(w, "gain", g.Gain with { Min = g.Gain.Max, Max = g.Gain.Min }, ratio => ratio);
            w.WriteNumber("acceptance", Math.Round(g.Acceptance, 4));
            w.WriteEndObject();
        }

        w.WriteNumber("residentMiB", Math.Round(resident, 1));
        w.WriteEndObject();
    });

    internal static void Figure(Utf8JsonWriter w, string name, Spread seconds, Func<double, double> of)
    {
        w.WriteStartObject(name);
        w.WriteNumber("median", Math.Round(of(seconds.Median), 4));
        w.WriteNumber("min", Math.Round(of(seconds.Max), 4));
        w.WriteNumber("max", Math.Round(of(seconds.Min), 4));
        w.WriteEndObject();
    }

    private sealed record Request(int[] Prefill, int[] DecodeAt, int Tokens, int Speculative, bool Kernels, string? Baseline, double Threshold, bool Json);
}
