using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>A session as generation sees it.</summary>
public sealed class SessionSequence(Session session) : ISequence
{
    public int VocabSize => session.Model.Info.VocabSize;

    public int MaxTokens => session.MaxTokens;

    public int Position => session.Position;

    public bool CanDraft => session.CanDraft;

    public int MostVerified => CompiledModel.MaxDecode;

    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows, bool fillDraft) => session.Forward(tokens, logits, rows, fillDraft);

    public void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits) => session.Draft(nextTokens, logits);

    public void DraftDeeper(int nextToken, Span<float> logits) => session.DraftDeeper(nextToken, logits);

    public void Rewind(int position) => session.Rewind(position);

    public void Loop(Action loop) => session.Loop(loop);
}
