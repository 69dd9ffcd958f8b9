using System.CommandLine;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc logits</c>: the logits of a token sequence, for comparison with other implementations.</summary>
internal static class LogitsCommand
{
    public static Command Create()
    {
        var tokens = new Option<string>("--tokens") { Description = "Token ids, separated by commas.", Required = true };
        var output = new Option<string>("--out") { Description = "File: float32 little endian, [tokens, vocabulary].", Required = true };
        var decode = new Option<bool>("--decode") { Description = "Prefills the first token and feeds the rest one by one through the cache." };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a line." };
        var model = new ModelOptions();
        var command = new Command("logits", "Writes the logits of a token sequence.") { tokens, output, decode, json };
        model.AddTo(command);
        command.SetAction(parsed => Run(parsed, model, parsed.GetValue(tokens)!, parsed.GetValue(output)!, parsed.GetValue(decode), parsed.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult parsed, ModelOptions options, string list, string output, bool decode, bool json)
    {
        int[] tokens = Numbers.Parse(list, "--tokens", "token id", 0);
        OutputFile.Check("--out", output);
        using var model = options.Load(parsed);
        int vocabulary = model.Info.VocabSize;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= vocabulary) throw new UserException($"Token {tokens[i]} at position {i} is outside the vocabulary of {vocabulary}; ids are 0 to {vocabulary - 1}.");
        }

        if (tokens.Length > model.Info.MaxPositionEmbeddings)
            throw new UserException($"{tokens.Length} tokens are more than the {model.Info.MaxPositionEmbeddings} positions that the model is declared for.");
        using var session = new Session(model, tokens.Length);
        using var interrupt = new Interrupt();
        try
        {
            OutputFile.Write(output, file => Write(session, tokens, vocabulary, decode, file, interrupt.Token));
        }
        catch (OperationCanceledException)
        {
            return 130;
        }

        if (json) Output.Json(w => { w.WriteStartObject(); w.WriteString("out", output); w.WriteNumber("tokens", tokens.Length); w.WriteNumber("vocabulary", vocabulary); w.WriteEndObject(); });
        else Output.Line($"{output}: float32 [{tokens.Length}, {vocabulary}]");
        return 0;
    }

    private static void Write(Session session, int[] tokens, int vocabulary, bool decode, Stream file, CancellationToken cancellation)
    {
        int step = decode ? 1 : 128;
        var logits = new float[step * vocabulary];
        for (int at = 0; at < tokens.Length; at += step)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(step, tokens.Length - at);
            var rows = logits.AsSpan(0, count * vocabulary);
            session.Forward(tokens.AsSpan(at, count), rows, LogitRows.All);
            file.Write(MemoryMarshal.AsBytes(rows));
        }
    }
}
