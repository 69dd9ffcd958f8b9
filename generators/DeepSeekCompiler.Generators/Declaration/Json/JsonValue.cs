using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Declaration.Json;

/// <summary>A JSON value that remembers where it stands.</summary>
public sealed class JsonValue
{
    internal JsonValue(JsonKind kind, JsonPosition position, string text, double number = 0)
    {
        Kind = kind;
        Position = position;
        Text = text;
        Number = number;
    }

    /// <summary>What it is.</summary>
    public JsonKind Kind { get; }

    /// <summary>Where its first character stands.</summary>
    public JsonPosition Position { get; }

    /// <summary>The text of a string, without quotes and escapes; of anything else, what was written (a list or object in short).</summary>
    public string Text { get; }

    /// <summary>The value of a number.</summary>
    public double Number { get; }

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<JsonValue> Items { get; internal set; } = [];

    /// <summary>The members of an object, by name.</summary>
    public IReadOnlyDictionary<string, JsonValue> Members { get; internal set; } = new Dictionary<string, JsonValue>();

    /// <summary>Null where the value is null or the member is absent, else the member.</summary>
    public JsonValue? Find(string name) => Members.TryGetValue(name, out var member) && member.Kind != JsonKind.Null ? member : null;

    /// <summary>The kind in words, for messages.</summary>
    public string Describe() => Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.False or JsonKind.True => $"the flag {Text}",
        JsonKind.Number => $"the number {Text}",
        JsonKind.Text => $"the text \"{Text}\"",
        JsonKind.List => "a list",
        _ => "an object",
    };
}
