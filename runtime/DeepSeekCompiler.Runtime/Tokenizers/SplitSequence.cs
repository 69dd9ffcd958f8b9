using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>Hugging Face's <c>Sequence</c> of isolated <c>Split</c>s: every pattern cuts every piece of the one before, and what no pattern matches stays a piece.</summary>
/// <remarks>The patterns are written for code points, .NET matches UTF-16 units. So text is matched in a shadow that has one unit a code point: a
/// character beyond the basic plane is replaced by one inside it of the same general category that no pattern names.</remarks>
internal sealed class SplitSequence(IReadOnlyList<Regex> patterns) : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Split(text);

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Split(text.ToString());

    /// <summary>The pieces of a text, in order and without gaps.</summary>
    public List<(int Offset, int Length)> Split(string text)
    {
        string shadow = Shadow(text, out int[]? starts);
        var pieces = new List<(int Start, int Length)> { (0, shadow.Length) };
        foreach (var pattern in patterns)
        {
            var next = new List<(int, int)>(pieces.Count);
            foreach (var (start, length) in pieces) Cut(shadow.AsSpan(start, length), start, pattern, next);
            pieces = next;
        }

        if (starts is null) return pieces;
        for (int i = 0; i < pieces.Count; i++)
        {
            var (start, length) = pieces[i];
            pieces[i] = (starts[start], starts[start + length] - starts[start]);
        }

        return pieces;
    }

    private static void Cut(ReadOnlySpan<char> piece, int offset, Regex pattern, List<(int, int)> into)
    {
        int at = 0;
        foreach (var match in pattern.EnumerateMatches(piece))
        {
            if (match.Length == 0) continue;
            if (match.Index > at) into.Add((offset + at, match.Index - at));
            into.Add((offset + match.Index, match.Length));
            at = match.Index + match.Length;
        }

        if (at < piece.Length) into.Add((offset + at, piece.Length - at));
    }

    private static string Shadow(string text, out int[]? starts)
    {
        starts = null;
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        var shadow = new StringBuilder(text.Length);
        var at = new List<int>(text.Length + 1);
        for (int i = 0; i < text.Length; i++)
        {
            at.Add(i);
            if (char.IsSurrogatePair(text, Math.Min(i, text.Length - 2)) && char.IsHighSurrogate(text[i])) shadow.Append(StandIn(CharUnicodeInfo.GetUnicodeCategory(text, i++)));
            else shadow.Append(text[i]);
        }

        at.Add(text.Length);
        starts = [.. at];
        return shadow.ToString();
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => '\u0900',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '\u0966',
        UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
            or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation => '\u0964',
        UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol => '\u00A9',
        _ => '\uE000',
    };
}
