using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>A model folder bound to a compiled model: what the generated <c>Load</c> and <c>Generate</c> are made of.</summary>
public static class ModelFolder
{
    /// <summary>Opens the checkpoint of a folder and binds it; the model owns it from then on.</summary>
    /// <param name="model">A model without weights.</param>
    /// <param name="folder">config.json is not read: the declaration stands. Safetensors files are.</param>
    /// <param name="threads">0 for all processors.</param>
    /// <exception cref="CheckpointException">One sentence about what does not fit.</exception>
    public static void Bind(CompiledModel model, string folder, int threads)
    {
        ArgumentNullException.ThrowIfNull(model);
        var checkpoint = Checkpoint.Open(folder);
        try
        {
            model.Bind(WeightBinder.Bind(checkpoint, model.Manifest, model.Info.NumHiddenLayers), checkpoint, threads);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Continues a text.</summary>
    /// <param name="model">A bound model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompt">The beginning.</param>
    /// <param name="onText">Gets the text piece by piece.</param>
    /// <param name="options">Sampling, limits; stop tokens are the tokenizer's where none are given.</param>
    /// <param name="cancellation">Ends generation after the current step.</param>
    /// <exception cref="ArgumentException">The prompt has no tokens, or an option has no meaning.</exception>
    /// <exception cref="InvalidOperationException">The prompt does not fit the model's context.</exception>
    public static GenerationStatistics Generate(CompiledModel model, ModelTokenizer tokenizer, string prompt, Action<string> onText, GenerationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(onText);
        options ??= new GenerationOptions();
        options.Check();
        if (options.StopTokens.Count == 0) options = options with { StopTokens = tokenizer.EosIds };
        tokenizer.CheckVocabulary(model.Info.VocabSize);
        int[] ids = tokenizer.BosId is { } bos ? [bos, .. tokenizer.Encode(prompt)] : tokenizer.Encode(prompt);
        using var session = new Session(model, (int)Math.Clamp((long)ids.Length + options.MaxTokens, 1, model.Info.MaxPositionEmbeddings));
        var text = new TokenStream(tokenizer);
        var statistics = new TextGenerator(new SessionSequence(session), options).Run(ids, id => Give(text.Append(id)), cancellation);
        Give(text.Flush());
        return statistics;

        void Give(ReadOnlySpan<char> piece)
        {
            if (piece.Length > 0) onText(piece.ToString());
        }
    }
}
