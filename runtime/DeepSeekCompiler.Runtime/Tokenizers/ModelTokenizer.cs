using System.Text;
using Microsoft.ML.Tokenizers;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>The tokenizer of a model folder: <c>tokenizer.json</c> (byte-level BPE) and what its companions say about special tokens.</summary>
public sealed class ModelTokenizer
{
    // The library's merging takes time with the square of a piece's length; longer ones go another way.
    private const int LongPiece = 256;

    private readonly BpeTokenizer _bpe;
    private readonly SplitSequence _split;
    private readonly Lazy<PairMerger> _merger;
    private readonly AddedTokens _added;
    private readonly byte[]?[] _bytes;
    private readonly HashSet<int> _special = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    private ModelTokenizer(TokenizerFile file, string path)
    {
        int most = 0;
        foreach (var (text, id) in file.Vocabulary) most = Math.Max(most, id);
        foreach (var (_, id, _) in file.Added) most = Math.Max(most, id);
        VocabSize = most + 1;
        _bytes = new byte[]?[VocabSize];
        foreach (var (text, id) in file.Vocabulary)
        {
            _ids[text] = id;
            _bytes[id] = ByteLevel.Decode(text) ?? Encoding.UTF8.GetBytes(text);
        }

        foreach (var (text, id, special) in file.Added)
        {
            _ids[text] = id;
            _bytes[id] = Encoding.UTF8.GetBytes(text);
            if (special) _special.Add(id);
        }

        _added = new AddedTokens(file.Added);
        _split = new SplitSequence(file.Patterns);
        _merger = new Lazy<PairMerger>(() => new PairMerger(file.Vocabulary, file.Merges));
        try
        {
            _bpe = BpeTokenizer.Create(new BpeOptions(file.Vocabulary) { Merges = file.Merges, ByteLevel = true, PreTokenizer = _split });
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new TokenizerException($"{path} holds a vocabulary and merges that do not fit together: {e.Message}", e);
        }
    }

    /// <summary>Ids are below this.</summary>
    public int VocabSize { get; }

    /// <summary>What starts a sequence, or null where the model has no such token or does not want it added.</summary>
    public int? BosId { get; private set; }

    /// <summary>What ends a sequence.</summary>
    public IReadOnlyList<int> EosIds { get; private set; } = [];

    /// <summary>How a conversation becomes text; null when tokenizer_config.json has no template.</summary>
    public ChatTemplate? Chat { get; private set; }

    /// <param name="folder">A model folder.</param>
    /// <exception cref="TokenizerException">One sentence about what is missing or not supported.</exception>
    public static ModelTokenizer Load(string folder)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        var tokenizer = new ModelTokenizer(TokenizerFile.Read(path), path);
        new TokenizerCompanions(folder).Apply(tokenizer._ids, out int? bos, out var eos, out var chat);
        tokenizer.BosId = bos;
        tokenizer.EosIds = eos;
        tokenizer.Chat = chat;
        return tokenizer;
    }

    /// <summary>Ids of a text; special tokens in it are recognised, none are added.</summary>
    public int[] Encode(string text)
    {
        var ids = new List<int>();
        text = WellFormed(text);
        for (int at = 0; at < text.Length;)
        {
            var found = _added.Next(text, at);
            int end = found?.Start ?? text.Length;
            if (end > at) EncodePart(text[at..end], ids);
            if (found is not var (start, length, id)) break;
            ids.Add(id);
            at = start + length;
        }

        return [.. ids];
    }

    /// <summary>The text of ids, special tokens written out; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="TokenizerException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>();
        foreach (int id in ids) bytes.AddRange(Bytes(id));
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>The bytes of one token.</summary>
    /// <exception cref="TokenizerException">The id is not in the vocabulary.</exception>
    public ReadOnlySpan<byte> Bytes(int id) => (uint)id < (uint)_bytes.Length && _bytes[id] is { } bytes ? bytes
        : throw new TokenizerException($"Token id {id} is not in the tokenizer's vocabulary of {VocabSize}.");

    /// <summary>Whether a token is special: written out by Decode, but nothing a reader should see.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The id of a token's exact text, or null.</summary>
    public int? TokenToId(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Checks that a model knows every id.</summary>
    /// <exception cref="TokenizerException">It does not.</exception>
    public void CheckVocabulary(int vocabSize)
    {
        if (VocabSize > vocabSize) throw new TokenizerException($"The tokenizer has ids up to {VocabSize - 1}, but the model's vocab_size is {vocabSize}; they belong to different models.");
    }

    private void EncodePart(string part, List<int> ids)
    {
        foreach (var (offset, length) in _split.Split(part))
        {
            var piece = part.AsSpan(offset, length);
            if (length > LongPiece) _merger.Value.Encode(piece, ids);
            else ids.AddRange(_bpe.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false));
        }
    }

    // A lone surrogate has no UTF-8; Hugging Face never sees one.
    private static string WellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }
}
