using System.Buffers;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>Finds added tokens in text: the leftmost, and of those that start together the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, List<(string Text, int Id)>> _byFirst = [];
    private readonly SearchValues<char> _firsts;

    public AddedTokens(IEnumerable<(string Text, int Id, bool Special)> tokens)
    {
        foreach (var (text, id, _) in tokens)
        {
            if (text.Length == 0) continue;
            if (!_byFirst.TryGetValue(text[0], out var list)) _byFirst[text[0]] = list = [];
            list.Add((text, id));
        }

        foreach (var list in _byFirst.Values) list.Sort((a, b) => b.Text.Length.CompareTo(a.Text.Length));
        _firsts = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>The next added token from <paramref name="from"/> on, or null.</summary>
    public (int Start, int Length, int Id)? Next(string text, int from)
    {
        while (from < text.Length)
        {
            int step = text.AsSpan(from).IndexOfAny(_firsts);
            if (step < 0) return null;
            from += step;
            foreach (var (token, id) in _byFirst[text[from]])
            {
                if (text.AsSpan(from).StartsWith(token, StringComparison.Ordinal)) return (from, token.Length, id);
            }

            from++;
        }

        return null;
    }
}
