using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training.Stories;

namespace DeepSeekCompiler.Training.Data;

/// <summary>The sample corpus, a row a document, told while it is trained on: training documents never repeat.</summary>
public sealed class StoryRows : IRowSource
{
    private readonly StoryCorpus _corpus;
    private readonly ModelTokenizer _tokenizer;
    private readonly bool _heldOut;

    private StoryRows(StoryCorpus corpus, ModelTokenizer tokenizer, int length, bool heldOut, long count)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        (_corpus, _tokenizer, Length, _heldOut, Count) = (corpus, tokenizer, length, heldOut, count);
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <inheritdoc/>
    public int VocabSize => _tokenizer.VocabSize;

    /// <summary>All documents of training.</summary>
    public static StoryRows Training(StoryCorpus corpus, ModelTokenizer tokenizer, int length) => new(corpus, tokenizer, length, heldOut: false, long.MaxValue);

    /// <summary>The first held-out documents.</summary>
    public static StoryRows HeldOut(StoryCorpus corpus, ModelTokenizer tokenizer, int length, int documents) => new(corpus, tokenizer, length, heldOut: true, documents);

    /// <inheritdoc/>
    public int Read(long row, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)Count, nameof(row));
        var document = _heldOut ? _corpus.HeldOutDocument(row) : _corpus.Document(row);
        var ids = DocumentTokens.Of(_tokenizer, document.Text);
        int count = Math.Min(Length, ids.Count);
        for (int i = 0; i < count; i++) tokens[i] = ids[i];
        return count;
    }
}
