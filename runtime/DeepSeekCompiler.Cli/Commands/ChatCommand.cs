using System.CommandLine;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc chat</c>: a conversation that keeps its cache from turn to turn.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a turn instead of text." };
        var system = new Option<string?>("--system") { Description = "System message." };
        var model = new ModelOptions();
        var sampling = new SamplingArguments();
        var command = new Command("chat", "Talks; reads lines from standard input, /exit ends.") { json, system };
        model.AddTo(command);
        sampling.AddTo(command);
        command.SetAction(parsed => Run(parsed, parsed.GetValue(json), parsed.GetValue(system), model, sampling));
        return command;
    }

    private static int Run(ParseResult parsed, bool json, string? system, ModelOptions options, SamplingArguments sampling)
    {
        var tokenizer = options.Tokenizer(parsed, out int positions);
        var template = tokenizer.Chat ?? throw new UserException($"{options.Folder(parsed)} has no chat template; this model continues text (dsc generate).");
        var generation = sampling.Options(parsed, tokenizer.EosIds);
        int context = sampling.Context(parsed, positions);
        using var model = options.Load(parsed);
        using var session = new Session(model, context);
        var generator = new TextGenerator(new SessionSequence(session), generation);
        var messages = new List<ChatMessage>();
        if (system is not null) messages.Add(new("system", system));
        var fed = new List<int>();
        while (Ask(json) is { } line)
        {
            if (line.Trim() == "/exit") break;
            if (string.IsNullOrWhiteSpace(line)) continue;
            messages.Add(new("user", line));
            int[] ids = tokenizer.Encode(template.Render(messages, true));
            if (ids.Length >= session.MaxTokens) throw new UserException($"The conversation has {ids.Length} tokens, which leaves no room in the context of {session.MaxTokens}.");
            // What the cache already holds is not fed again.
            int same = 0;
            while (same < fed.Count && same < ids.Length - 1 && fed[same] == ids[same] && same < session.Position) same++;
            session.Rewind(same);
            var answer = new List<int>();
            var text = new TokenStream(tokenizer);
            using var interrupt = new Interrupt();
            generator.Run(ids.AsSpan(same), id =>
            {
                answer.Add(id);
                if (!json) Console.Out.Write(text.Append(id));
            }, interrupt.Token);
            string reply = tokenizer.Decode([.. answer]);
            if (json) Output.Json(w => { w.WriteStartObject(); w.WriteString("answer", reply); w.WriteEndObject(); });
            else Console.Out.WriteLine(text.Flush());
            messages.Add(new("assistant", reply));
            fed = [.. ids, .. answer];
        }

        return 0;
    }

    private static string? Ask(bool json)
    {
        if (!json && !Console.IsInputRedirected) Console.Out.Write("> ");
        return Console.In.ReadLine();
    }
}
