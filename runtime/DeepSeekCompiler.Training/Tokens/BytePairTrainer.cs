using System.Text;
using System.Text.RegularExpressions;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Training.Tokens;

/// <summary>Learns byte-level byte-pair merges (Sennrich, Haddow, Birch 2016; on bytes as in GPT-2): again and again the most frequent pair of neighbours
/// becomes a token. Of equally frequent pairs the one with the smaller ids is taken, so that the result is a function of the text alone.</summary>
public sealed class BytePairTrainer
{
    /// <summary>The split of GPT-2: words with the space in front of them, numbers, punctuation. No merge crosses a piece.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly SplitSequence _split = new([new Regex(Pattern, RegexOptions.CultureInvariant)]);
    private readonly Dictionary<string, long> _pieces = new(StringComparer.Ordinal);

    /// <summary>Counts the pieces of a text; special tokens must not be in it.</summary>
    public void Add(string text)
    {
        foreach (var (offset, length) in _split.Split(text))
        {
            string piece = text.Substring(offset, length);
            _pieces[piece] = _pieces.GetValueOrDefault(piece) + 1;
        }
    }

    /// <summary>Learns merges; fewer than asked for when no pair occurs twice any more.</summary>
    /// <param name="merges">The most merges.</param>
    /// <returns>Pairs in order: 0 to 255 are the bytes, 256 + i is what merge i made.</returns>
    public IReadOnlyList<(int Left, int Right)> Train(int merges)
    {
        var words = _pieces.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new Word([.. Encoding.UTF8.GetBytes(p.Key).Select(b => (int)b)], p.Value)).ToList();
        var counts = new Dictionary<(int Left, int Right), long>();
        var places = new Dictionary<(int Left, int Right), HashSet<int>>();
        for (int w = 0; w < words.Count; w++) Count(words[w], w, 1, counts, places);
        var waiting = new PriorityQueue<(int Left, int Right, long Count), (long, int, int)>();
        foreach (var (pair, count) in counts) Offer(pair, count);
        var learned = new List<(int, int)>();
        while (learned.Count < merges && waiting.TryDequeue(out var best, out _))
        {
            var pair = (best.Left, best.Right);
            long now = counts.GetValueOrDefault(pair);
            if (now != best.Count)
            {
                // Outdated; the pair is offered again with what it counts now.
                if (now > 1) Offer(pair, now);
                continue;
            }

            if (now < 2) break;
            int made = 256 + learned.Count;
            learned.Add(pair);
            var touched = new HashSet<(int, int)>();
            foreach (int w in places[pair].ToArray())
            {
                Count(words[w], w, -1, counts, places);
                words[w].Merge(pair.Left, pair.Right, made);
                Count(words[w], w, 1, counts, places);
                for (int i = 0; i + 1 < words[w].Symbols.Count; i++) touched.Add((words[w].Symbols[i], words[w].Symbols[i + 1]));
            }

            foreach (var changed in touched) Offer(changed, counts[changed]);
        }

        return learned;

        void Offer((int Left, int Right) pair, long count) => waiting.Enqueue((pair.Left, pair.Right, count), (-count, pair.Left, pair.Right));
    }

    private static void Count(Word word, int index, int sign, Dictionary<(int Left, int Right), long> counts, Dictionary<(int Left, int Right), HashSet<int>> places)
    {
        for (int i = 0; i + 1 < word.Symbols.Count; i++)
        {
            var pair = (word.Symbols[i], word.Symbols[i + 1]);
            counts[pair] = counts.GetValueOrDefault(pair) + (sign * word.Count);
            if (!places.TryGetValue(pair, out var at)) places[pair] = at = [];
            if (sign > 0) at.Add(index);
            else at.Remove(index);
        }
    }

    private sealed class Word(List<int> symbols, long count)
    {
        public List<int> Symbols { get; } = symbols;

        public long Count { get; } = count;

        public void Merge(int left, int right, int made)
        {
            int to = 0;
            for (int from = 0; from < Symbols.Count; from++)
            {
                bool joined = from + 1 < Symbols.Count && Symbols[from] == left && Symbols[from + 1] == right;
                Symbols[to++] = joined ? made : Symbols[from];
                if (joined) from++;
            }

            Symbols.RemoveRange(to, Symbols.Count - to);
        }
    }
}
