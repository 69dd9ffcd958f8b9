using System.Collections.Generic;
using System.Text;

namespace DeepSeekCompiler.Generators.Targets;

/// <summary>Indented text, invariant in culture and line ends.</summary>
public sealed class CodeWriter(int depth = 0)
{
    private readonly StringBuilder _text = new();
    private int _depth = depth;

    /// <summary>How far lines are indented now.</summary>
    public int Depth => _depth;

    /// <summary>Text that was written elsewhere, indented already.</summary>
    public void Raw(string text) => _text.Append(text);

    public void Line(string text = "")
    {
        if (text.Length > 0) _text.Append(' ', 4 * _depth).Append(text);
        _text.Append('\n');
    }

    public void Open(string head)
    {
        Line(head);
        Line("{");
        _depth++;
    }

    public void Close(string tail = "")
    {
        _depth--;
        Line("}" + tail);
    }

    /// <summary>A documentation comment, wrapped.</summary>
    public void Summary(string text)
    {
        Line("/// <summary>");
        foreach (var line in Wrap(text, 118 - 4 * _depth)) Line("/// " + line.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;"));
        Line("/// </summary>");
    }

    public override string ToString() => _text.ToString();

    private static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder();
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line.ToString();
                    line.Clear();
                }

                if (line.Length > 0) line.Append(' ');
                line.Append(word);
            }

            yield return line.ToString();
        }
    }
}
