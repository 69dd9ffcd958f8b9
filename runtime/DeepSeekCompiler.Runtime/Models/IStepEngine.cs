namespace DeepSeekCompiler.Runtime.Models;

/// <summary>What executes the steps of one session: the host's threads, or a device. Holds the session's cache and working memory.</summary>
/// <remarks>Calls come one at a time, each step as Prepare and then Forward or Draft.</remarks>
public unsafe interface IStepEngine : IDisposable
{
    /// <summary>In place of a hidden row: the draft goes on from the last row that the draft just before it wrote.</summary>
    const int OwnHidden = -1;

    /// <summary>The most tokens of a step.</summary>
    int Chunk { get; }

    /// <summary>Sets up a step.</summary>
    /// <param name="tokens">Ids of this step, 1 to <see cref="Chunk"/>.</param>
    /// <param name="position">Position of the first one.</param>
    /// <param name="hiddenRow">First row of the hidden states that a draft reads, counted in the latest forward step; or <see cref="OwnHidden"/>.</param>
    /// <param name="form">Form of latent attention.</param>
    /// <param name="observer">Null outside tests.</param>
    void Prepare(ReadOnlySpan<int> tokens, int position, int hiddenRow, AttentionForm form, IForwardObserver? observer);

    /// <summary>Runs a loop of steps where they cost least to start.</summary>
    void Loop(Action loop) => loop();

    /// <summary>The main layers, then logits of the last <paramref name="rows"/> tokens.</summary>
    void Forward(int rows, float* logits);

    /// <summary>The MTP module, then logits of its last <paramref name="rows"/> rows.</summary>
    void Draft(int rows, float* logits);
}
