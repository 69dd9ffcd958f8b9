using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>What generation needs of a session; tests put their own models here.</summary>
public interface ISequence
{
    int VocabSize { get; }

    int MaxTokens { get; }

    int Position { get; }

    /// <summary>Whether there is an MTP module, and its cache reaches so far that it can draft behind the next <see cref="Forward"/>.</summary>
    bool CanDraft { get; }

    /// <summary>Most tokens that are verified for little more than one costs.</summary>
    int MostVerified { get; }

    void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows, bool fillDraft);

    /// <summary>The first draft: the module over the rows that it has not seen, logits of the last.</summary>
    void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits);

    /// <summary>A draft behind a draft, from the module's own hidden state.</summary>
    void DraftDeeper(int nextToken, Span<float> logits);

    void Rewind(int position);

    /// <summary>Runs a loop of steps where they cost least to start.</summary>
    void Loop(Action loop) => loop();
}
