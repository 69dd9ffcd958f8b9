using System.Globalization;
using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>How error sentences show what a hostile file may have filled with anything.</summary>
internal static class Wording
{
    private const int Longest = 120;

    /// <summary>A name from a file: without control characters, and never long.</summary>
    public static string Quote(string name)
    {
        var shown = name.Length > Longest ? name[..Longest] : name;
        shown = string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return name.Length > Longest ? $"\"{shown}\"..." : $"\"{shown}\"";
    }

    /// <summary>A shape, such as [2, 3].</summary>
    public static string Shape(IEnumerable<long> shape) => $"[{string.Join(", ", shape.Select(e => e.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>A JSON value that stands where another was expected.</summary>
    public static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    /// <summary>Culture-free text of an interpolated sentence.</summary>
    public static string Of(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
