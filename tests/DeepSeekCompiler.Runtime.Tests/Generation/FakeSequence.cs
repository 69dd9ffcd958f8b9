using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Generation;

/// <summary>A model whose logits are a fixed function of the position and the last token, and whose drafts are often wrong.</summary>
internal sealed class FakeSequence(int vocabulary, int maxTokens, double wrong, bool flat = false) : ISequence
{
    private readonly List<int> _tokens = [];
    private readonly Random _random = new(3);

    public int VocabSize => vocabulary;

    public int MaxTokens => maxTokens;

    public int Position => _tokens.Count;

    public bool HasDraft => true;

    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows, bool fillDraft)
    {
        Assert.True(Position + tokens.Length <= maxTokens);
        for (int i = 0; i < tokens.Length; i++)
        {
            _tokens.Add(tokens[i]);
            if (rows == LogitRows.All) Fill(_tokens.Count, tokens[i], logits.Slice(i * vocabulary, vocabulary));
            else if (i == tokens.Length - 1) Fill(_tokens.Count, tokens[i], logits);
        }
    }

    public void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits)
    {
        Fill(Position + 1, nextTokens[^1], logits);
        if (_random.NextDouble() < wrong) logits[_random.Next(vocabulary)] += 5;
    }

    public void Rewind(int position) => _tokens.RemoveRange(position, _tokens.Count - position);

    private void Fill(int position, int token, Span<float> logits)
    {
        var random = new Random(flat ? 1 : (position * 1000) + token);
        foreach (ref float logit in logits) logit = (float)(random.NextDouble() * 3);
    }
}
