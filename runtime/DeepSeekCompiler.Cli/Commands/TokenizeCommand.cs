using System.CommandLine;
using System.Text.Json;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc tokenize</c>: token ids of texts.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var text = new Argument<string?>("text") { Description = "One text.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "A JSON array of texts." };
        var json = new Option<bool>("--json") { Description = "A JSON array of id arrays." };
        var model = new Option<string?>("--model") { Description = "Model folder. Default: the sample model." };
        var command = new Command("tokenize", "Prints token ids; special tokens in the text are recognised, none are added.") { text, file, json, model };
        command.SetAction(parsed => Run(parsed.GetValue(model) ?? SampleModel.Folder(), parsed.GetValue(text), parsed.GetValue(file), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, string? text, string? file, bool json)
    {
        if (text is null == file is null) throw new UserException("Give either a text or --file with a JSON array of texts.");
        string[] texts = file is null ? [text!] : Read(file);
        var tokenizer = ModelTokenizer.Load(folder);
        var ids = texts.Select(tokenizer.Encode).ToList();
        if (!json)
        {
            foreach (var line in ids) Console.Out.WriteLine(string.Join(' ', line));
            return 0;
        }

        using var stream = Console.OpenStandardOutput();
        using var w = new Utf8JsonWriter(stream);
        w.WriteStartArray();
        foreach (var list in ids)
        {
            w.WriteStartArray();
            foreach (int id in list) w.WriteNumberValue(id);
            w.WriteEndArray();
        }

        w.WriteEndArray();
        return 0;
    }

    private static string[] Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.EnumerateArray().Select(Text).ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new UserException($"{file} is not a JSON array of texts: {e.Message}");
        }
    }

    // JSON may hold lone surrogates as escapes, which GetString refuses; they have no UTF-8 and become U+FFFD.
    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString() ?? throw new InvalidOperationException("null is not a text");
        }
        catch (InvalidOperationException) when (element.ValueKind == JsonValueKind.String)
        {
            return System.Text.RegularExpressions.Regex.Unescape(element.GetRawText()[1..^1].Replace("\\/", "/", StringComparison.Ordinal));
        }
    }
}
