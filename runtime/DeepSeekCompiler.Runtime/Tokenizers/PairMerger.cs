using System.Text;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>Byte-pair merging in n log n steps: always the pair of the lowest rank, of equals the leftmost.</summary>
internal sealed class PairMerger
{
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<long, (int Rank, int Id)> _merges;

    public PairMerger(IReadOnlyList<KeyValuePair<string, int>> vocabulary, IReadOnlyList<string> merges)
    {
        var ids = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        foreach (var (token, id) in vocabulary) ids[token] = id;
        var characters = ByteLevel.Characters();
        for (int b = 0; b < 256; b++) _byteIds[b] = ids.GetValueOrDefault(characters[b].ToString(), -1);
        _merges = new(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            int space = merges[rank].IndexOf(' ', StringComparison.Ordinal);
            string left = merges[rank][..space], right = merges[rank][(space + 1)..];
            _merges[Pair(ids[left], ids[right])] = (rank, ids[left + right]);
        }
    }

    /// <summary>Adds the ids of one piece; bytes that the vocabulary lacks give none.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> into)
    {
        var symbols = new List<int>(piece.Length);
        var bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        foreach (byte b in bytes)
        {
            if (_byteIds[b] >= 0) symbols.Add(_byteIds[b]);
        }

        var chain = new Chain(symbols);
        for (int i = 0; i + 1 < symbols.Count; i++) Offer(chain, i);
        while (chain.Waiting.TryDequeue(out var merge, out _))
        {
            // Outdated when one of its two symbols has become another since.
            if (chain.Ids[merge.At] != merge.Left || chain.Next[merge.At] is var right && (right < 0 || chain.Ids[right] != merge.Right)) continue;
            chain.Join(merge.At, right, merge.Id);
            Offer(chain, merge.At);
            if (chain.Previous[merge.At] >= 0) Offer(chain, chain.Previous[merge.At]);
        }

        for (int i = symbols.Count > 0 ? 0 : -1; i >= 0; i = chain.Next[i]) into.Add(chain.Ids[i]);
    }

    private void Offer(Chain chain, int at)
    {
        int next = chain.Next[at];
        if (next < 0 || !_merges.TryGetValue(Pair(chain.Ids[at], chain.Ids[next]), out var merge)) return;
        chain.Waiting.Enqueue((at, chain.Ids[at], chain.Ids[next], merge.Id), ((long)merge.Rank << 32) | (uint)at);
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    /// <summary>The symbols of a piece as a doubly linked list; -1 is no neighbour, and the id of a symbol that was swallowed.</summary>
    private sealed class Chain
    {
        public Chain(List<int> symbols)
        {
            Ids = [.. symbols];
            Next = new int[Ids.Length];
            Previous = new int[Ids.Length];
            for (int i = 0; i < Ids.Length; i++) (Previous[i], Next[i]) = (i - 1, i + 1 < Ids.Length ? i + 1 : -1);
        }

        public int[] Ids { get; }

        public int[] Next { get; }

        public int[] Previous { get; }

        public PriorityQueue<(int At, int Left, int Right, int Id), long> Waiting { get; } = new();

        public void Join(int at, int right, int id)
        {
            (Ids[at], Ids[right]) = (id, -1);
            Next[at] = Next[right];
            if (Next[at] >= 0) Previous[Next[at]] = at;
        }
    }
}
