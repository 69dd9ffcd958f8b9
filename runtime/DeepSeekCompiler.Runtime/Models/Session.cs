namespace DeepSeekCompiler.Runtime.Models;

/// <summary>One sequence on a model: its position, its latent cache, its working memory. Not thread-safe.</summary>
public sealed class Session : IDisposable
{
    /// <param name="model">A loaded model.</param>
    /// <param name="maxTokens">The longest context this session may reach.</param>
    public Session(CompiledModel model, int maxTokens)
    {
        Model = model;
        MaxTokens = maxTokens;
    }

    public CompiledModel Model { get; }

    /// <summary>The longest context.</summary>
    public int MaxTokens { get; }

    /// <summary>Tokens in the cache.</summary>
    public int Position { get; private set; }

    /// <summary>Form of latent attention; tests force one, users leave it on Auto.</summary>
    public AttentionForm Form { get; set; }

    /// <summary>Null outside tests.</summary>
    public IForwardObserver? Observer { get; set; }

    /// <summary>Called between the chunks of a long forward call with (tokens done, tokens in all); throwing from it, for
    /// example OperationCanceledException, leaves the session at the last finished chunk.</summary>
    public Action<int, int>? Progress { get; set; }

    /// <summary>Feeds tokens at <see cref="Position"/>; one token is a decode step, several are a prefill or a verification.</summary>
    /// <param name="tokens">Ids below VocabSize.</param>
    /// <param name="logits">[rows asked for, VocabSize].</param>
    /// <param name="rows">Which rows of logits are wanted.</param>
    /// <param name="fillDraft">Also runs the MTP module over all rows but the last, whose next tokens are known, so that <see cref="Draft"/> can follow.</param>
    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits, LogitRows rows = LogitRows.Last, bool fillDraft = false) =>
        throw new InvalidOperationException("not built yet");

    /// <summary>Runs the MTP module on the last rows of the latest <see cref="Forward"/>: row i takes the hidden state there and nextTokens[i].</summary>
    /// <param name="nextTokens">The tokens that follow the last nextTokens.Length positions before <see cref="Position"/>.</param>
    /// <param name="logits">[rows asked for, VocabSize]: predictions of the token after the next.</param>
    /// <param name="rows">Which rows of logits are wanted.</param>
    public void Draft(ReadOnlySpan<int> nextTokens, Span<float> logits, LogitRows rows = LogitRows.Last) =>
        throw new InvalidOperationException("not built yet");

    /// <summary>Forgets everything from <paramref name="position"/> on (main and MTP cache): rejected drafts, or a new turn.</summary>
    public void Rewind(int position) => Position = position;

    /// <inheritdoc/>
    public void Dispose() { }
}
