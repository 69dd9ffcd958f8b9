using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace DeepSeekCompiler.Generators.Declaration.Json;

/// <summary>
/// A small strict JSON reader (RFC 8259). A package would have to be shipped beside the generator, and none reports both duplicate names and
/// positions. Depth is limited, so a hostile file cannot exhaust the stack.
/// </summary>
public sealed class JsonReader
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    private readonly string text;
    private int at;
    private int line = 1;
    private int lineStart;
    private int depth;

    private JsonReader(string text) => this.text = text;

    private JsonPosition Here => new(at, line, at - lineStart + 1);

    /// <summary>Reads one value that fills <paramref name="text"/>.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonValue Read(string text)
    {
        var reader = new JsonReader(text);
        if (text.Length > 0 && text[0] == '\uFEFF')
        {
            reader.at = reader.lineStart = 1;
        }

        var value = reader.Value();
        reader.Space();
        return reader.at < text.Length ? throw reader.Fail("nothing may follow the value") : value;
    }

    private JsonValue Value()
    {
        Space();
        if (at >= text.Length)
        {
            throw Fail("the text ends where a value should be");
        }

        return text[at] switch
        {
            '{' => Nested(Object),
            '[' => Nested(List),
            '"' => new JsonValue(JsonKind.Text, Here, String()),
            't' => Word("true", JsonKind.True),
            'f' => Word("false", JsonKind.False),
            'n' => Word("null", JsonKind.Null),
            '-' or (>= '0' and <= '9') => Number(),
            _ => throw Fail($"'{text[at]}' does not begin a value"),
        };
    }

    private JsonValue Nested(System.Func<JsonPosition, JsonValue> read)
    {
        if (++depth > MaxDepth)
        {
            throw Fail($"values are nested deeper than {MaxDepth} levels");
        }

        var value = read(Here);
        depth--;
        return value;
    }

    private JsonValue Object(JsonPosition start)
    {
        var members = new Dictionary<string, JsonValue>(System.StringComparer.Ordinal);
        at++;
        Space();
        while (!Take('}'))
        {
            if (members.Count > 0)
            {
                Expect(',');
                Space();
            }

            var place = Here;
            if (at >= text.Length || text[at] != '"')
            {
                throw Fail("a member name in double quotes is expected");
            }

            var name = String();
            Space();
            Expect(':');
            var value = Value();
            if (members.ContainsKey(name))
            {
                throw new JsonException($"the name \"{name}\" is there twice", place);
            }

            members.Add(name, value);
            Space();
        }

        return new JsonValue(JsonKind.Object, start, "{...}") { Members = members };
    }

    private JsonValue List(JsonPosition start)
    {
        var items = new List<JsonValue>();
        at++;
        Space();
        while (!Take(']'))
        {
            if (items.Count > 0)
            {
                Expect(',');
            }

            items.Add(Value());
            Space();
        }

        return new JsonValue(JsonKind.List, start, "[...]") { Items = items };
    }

    private JsonValue Word(string word, JsonKind kind)
    {
        var start = Here;
        if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
        {
            throw Fail($"'{text[at]}' does not begin a value");
        }

        at += word.Length;
        return new JsonValue(kind, start, word);
    }

    private JsonValue Number()
    {
        var start = Here;
        Take('-');
        if (!Take('0'))
        {
            Digits();
        }

        if (Take('.'))
        {
            Digits();
        }

        if (Take('e') || Take('E'))
        {
            _ = Take('+') || Take('-');
            Digits();
        }

        var written = text.Substring(start.Offset, at - start.Offset);

        // The .NET Framework throws where newer ones return infinity: both are a number that a double cannot hold.
        if (!double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || double.IsInfinity(value))
        {
            throw new JsonException($"the number {written} is too large", start);
        }

        return new JsonValue(JsonKind.Number, start, written, value);
    }

    private void Digits()
    {
        var first = at;
        while (at < text.Length && text[at] is >= '0' and <= '9')
        {
            at++;
        }

        if (at == first)
        {
            throw Fail("a digit is expected");
        }
    }

    private string String()
    {
        var built = new StringBuilder();
        at++;
        while (true)
        {
            if (at >= text.Length)
            {
                throw Fail("the text ends inside a string");
            }

            var c = text[at];
            if (c < ' ')
            {
                throw Fail("a control character stands in a string");
            }

            at++;
            if (c == '"')
            {
                return built.ToString();
            }

            built.Append(c == '\\' ? Escape() : c);
        }
    }

    private char Escape()
    {
        var c = at < text.Length ? text[at++] : '\0';
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
        }

        // NumberStyles.AllowHexSpecifier alone takes neither sign nor space.
        if (c == 'u' && at + 4 <= text.Length
            && ushort.TryParse(text.Substring(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            at += 4;
            return (char)code;
        }

        throw Fail("the escape after the backslash is not known");
    }

    private void Space()
    {
        for (; at < text.Length && text[at] is (' ' or '\t' or '\r' or '\n'); at++)
        {
            if (text[at] == '\n')
            {
                line++;
                lineStart = at + 1;
            }
        }
    }

    private bool Take(char c)
    {
        if (at < text.Length && text[at] == c)
        {
            at++;
            return true;
        }

        return false;
    }

    private void Expect(char c)
    {
        if (!Take(c))
        {
            throw Fail(at < text.Length ? $"'{c}' is expected, not '{text[at]}'" : $"the text ends where '{c}' is expected");
        }
    }

    private JsonException Fail(string message) => new(message, Here);
}
