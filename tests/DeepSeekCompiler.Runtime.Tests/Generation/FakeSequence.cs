using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Generation;

/// <summary>A model whose logits are a fixed function of the position and the last token, and whose drafts are often wrong: by chance, or always at one place of a step.</summary>
internal sealed class FakeSequence(int vocabulary, int maxTokens, double wrong, bool flat = false, int wrongAt = -1) : ISequence
{
    private readonly List<int> _tokens = [];
    private readonly Random _random = new(3);
    private int _drafted;
    private int _deeper = -1;

    public int VocabSize => vocabulary;

    public int MaxTokens => maxTokens;

    public int Position => _tokens.Count;

    public bool CanDraft => true;

    public int MostVerified => 4;

    /// <summary>What it was fed and kept.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows, bool fillDraft)
    {
        Assert.True(Position + tokens.Length <= maxTokens);
        if (fillDraft) _drafted = Position + tokens.Length - 1;
        _deeper = -1;
        for (int i = 0; i < tokens.Length; i++)
        {
            _tokens.Add(tokens[i]);
            if (rows == LogitRows.All) Fill(_tokens.Count, tokens[i], logits.Slice(i * vocabulary, vocabulary));
            else if (i == tokens.Length - 1) Fill(_tokens.Count, tokens[i], logits);
        }
    }

    public void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits)
    {
        // As in a session: no row is left out, and those before the last are followed by what was fed.
        Assert.Equal(_drafted, Position - nextTokens.Length);
        for (int i = 0; i + 1 < nextTokens.Length; i++) Assert.Equal(_tokens[_drafted + 1 + i], nextTokens[i]);
        _drafted = Position;
        _deeper = 0;
        Propose(nextTokens[^1], logits);
    }

    public void DraftDeeper(int nextToken, Span<float> logits)
    {
        Assert.True(_deeper >= 0, "a deeper draft follows a draft");
        _deeper++;
        Assert.True(Position + _deeper < maxTokens);
        Propose(nextToken, logits);
    }

    public void Rewind(int position)
    {
        _deeper = -1;
        if (position == Position) return;
        _tokens.RemoveRange(position, _tokens.Count - position);
        _drafted = Math.Min(_drafted, position - 1);
    }

    private void Propose(int token, Span<float> logits)
    {
        Fill(Position + 1 + _deeper, token, logits);
        if (_deeper == wrongAt) logits[(Sampler.Best(logits) + 1) % vocabulary] += 5;
        else if (_random.NextDouble() < wrong) logits[_random.Next(vocabulary)] += 5;
    }

    private void Fill(int position, int token, Span<float> logits)
    {
        var random = new Random(flat ? 1 : (position * 1000) + token);
        foreach (ref float logit in logits) logit = (float)(random.NextDouble() * 3);
    }
}
