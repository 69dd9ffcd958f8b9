using System.Text;
using System.Text.Json;

namespace DeepSeekCompiler.Training.Data;

/// <summary>Documents of text files: a .txt, .text or .md file is one, a .jsonl file has one a line, an object with the string "text".</summary>
public static class TextDocuments
{
    private static readonly string[] s_extensions = [".txt", ".text", ".md", ".jsonl"];
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files: one, or all of a folder and the folders in it, in ordinal order of their names.</summary>
    /// <exception cref="TrainingException">There is nothing to read.</exception>
    public static IReadOnlyList<string> Files(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new TrainingException($"There is no file or folder {path} with training text.");
        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(f => s_extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).ToList();
        files.Sort(StringComparer.Ordinal);
        return files.Count > 0 ? files : throw new TrainingException($"{path} holds no training text; files should end in {string.Join(", ", s_extensions)}.");
    }

    /// <summary>The documents of a file that are not empty.</summary>
    /// <exception cref="TrainingException">The file cannot be read, is no UTF-8, or a line of it is no such object.</exception>
    public static IEnumerable<string> Of(string file)
    {
        bool lines = Path.GetExtension(file).Equals(".jsonl", StringComparison.OrdinalIgnoreCase);
        var texts = lines ? Lines(file).Select((line, i) => line.Length == 0 ? "" : Text(line, file, i + 1)) : [Whole(file)];
        return texts.Where(t => t.Length > 0);
    }

    private static string Whole(string file)
    {
        try
        {
            return File.ReadAllText(file, s_strict);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw Unreadable(file, e);
        }
    }

    private static IEnumerable<string> Lines(string file)
    {
        StreamReader reader;
        try
        {
            reader = new StreamReader(file, s_strict);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, e);
        }

        using (reader)
        {
            while (Line(reader, file) is { } line) yield return line.Trim();
        }
    }

    private static string? Line(StreamReader reader, string file)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or DecoderFallbackException)
        {
            throw Unreadable(file, e);
        }
    }

    private static string Text(string line, string file, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("text").GetString() ?? throw new KeyNotFoundException();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TrainingException(FormattableString.Invariant($"{file}, line {number}, is no JSON object with a string \"text\"."), e);
        }
    }

    private static TrainingException Unreadable(string file, Exception e) =>
        new(e is DecoderFallbackException ? $"{file} is no UTF-8 text." : $"{file} cannot be read: {e.Message}", e);
}
