using System.Text.Json;

namespace DeepSeekCompiler.Cli;

/// <summary>What commands print: one JSON object for scripts, lines for people.</summary>
internal static class Output
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options)) write(json);
        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    public static void Line(FormattableString text) => Console.Out.WriteLine(FormattableString.Invariant(text));

    public static void Error(string sentence) => Console.Error.WriteLine("dsc: " + sentence.ReplaceLineEndings(" "));
}
