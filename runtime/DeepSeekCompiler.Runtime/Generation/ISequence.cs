using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>What generation needs of a session; tests put their own models here.</summary>
public interface ISequence
{
    int VocabSize { get; }

    int MaxTokens { get; }

    int Position { get; }

    bool HasDraft { get; }

    void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows, bool fillDraft);

    void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits);

    void Rewind(int position);

    /// <summary>Runs a loop of steps where they cost least to start.</summary>
    void Loop(Action loop) => loop();
}
