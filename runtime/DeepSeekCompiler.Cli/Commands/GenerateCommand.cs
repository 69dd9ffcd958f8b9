using System.CommandLine;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc generate</c>: continues a prompt.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var prompt = new Argument<string>("prompt") { Description = "The beginning of the text." };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var model = new ModelOptions();
        var sampling = new SamplingArguments();
        var command = new Command("generate", "Continues a prompt.") { prompt, json };
        model.AddTo(command);
        sampling.AddTo(command);
        command.SetAction(parsed => Run(parsed, parsed.GetValue(prompt)!, parsed.GetValue(json), model, sampling));
        return command;
    }

    private static int Run(ParseResult parsed, string prompt, bool json, ModelOptions options, SamplingArguments sampling)
    {
        // All that can be wrong with a prompt is said before a model is compiled.
        var tokenizer = options.Tokenizer(parsed, out int positions);
        var generation = sampling.Options(parsed, tokenizer.EosIds);
        int[] ids = tokenizer.BosId is { } bos ? [bos, .. tokenizer.Encode(prompt)] : tokenizer.Encode(prompt);
        if (ids.Length == 0) throw new UserException("The prompt has no tokens; give some text.");
        int context = sampling.Context(parsed, positions);
        if (ids.Length > context) throw new UserException($"The prompt has {ids.Length} tokens, more than the context of {context}.");
        using var model = options.Load(parsed);
        using var session = new Session(model, context);
        var progress = new ProgressLine("prefill");
        session.Progress = progress.Report;
        using var interrupt = new Interrupt();
        var text = new TokenStream(tokenizer);
        var produced = new List<int>();
        if (!json) Console.Out.Write(prompt);
        var statistics = new TextGenerator(new SessionSequence(session), generation).Run(ids, id =>
        {
            progress.Clear();
            produced.Add(id);
            if (!json) Console.Out.Write(text.Append(id));
        }, interrupt.Token);
        if (json) PrintJson(tokenizer, prompt, ids, produced, statistics);
        else
        {
            Console.Out.Write(text.Flush());
            Console.Out.WriteLine();
            Console.Out.WriteLine();
            Statistics(statistics);
        }

        return interrupt.Happened ? 130 : 0;
    }

    internal static void Statistics(GenerationStatistics s)
    {
        string drafts = s.Drafts == 0 ? "" : FormattableString.Invariant($"; MTP drafts accepted: {s.Accepted} of {s.Drafts} ({100 * s.Acceptance:F1} %), {s.Depth:F1} a step");
        Output.Line($"[{s.PromptTokens} prompt tokens at {s.PrefillRate:F0} tokens/s; {s.Tokens} tokens at {s.DecodeRate:F0} tokens/s{drafts}]");
    }

    private static void PrintJson(ModelTokenizer tokenizer, string prompt, int[] ids, List<int> produced, GenerationStatistics s) => Output.Json(w =>
    {
        w.WriteStartObject();
        w.WriteString("prompt", prompt);
        w.WriteString("text", tokenizer.Decode([.. produced]));
        Numbers(w, "promptTokens", ids);
        Numbers(w, "tokens", produced);
        w.WriteNumber("prefillTokensPerSecond", Math.Round(s.PrefillRate, 1));
        w.WriteNumber("decodeTokensPerSecond", Math.Round(s.DecodeRate, 1));
        w.WriteNumber("drafts", s.Drafts);
        w.WriteNumber("draftsAccepted", s.Accepted);
        w.WriteNumber("draftsFed", s.Fed);
        w.WriteNumber("steps", s.Steps);
        w.WriteEndObject();
    });

    private static void Numbers(System.Text.Json.Utf8JsonWriter w, string name, IReadOnlyList<int> numbers)
    {
        w.WriteStartArray(name);
        foreach (int n in numbers) w.WriteNumberValue(n);
        w.WriteEndArray();
    }
}
