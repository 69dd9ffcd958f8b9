using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training.Data;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>How often the MTP module guesses what the model says, one draft a step: greedy continuations of the beginnings of held-out rows, by the exported model.</summary>
internal static class DraftAcceptance
{
    private const int Rows = 32;
    private const int PromptTokens = 16;
    private const int MostTokens = 160;

    /// <returns>Drafts and accepted drafts; no drafts for a model without an MTP module.</returns>
    public static (int Drafts, int Accepted) Measure(string folder, IRowSource heldOut, int threads)
    {
        using var model = ModelLoader.Load(folder, new LoadOptions { Threads = threads });
        if (model.Info.NumNextnPredictLayers == 0) return (0, 0);
        var tokenizer = ModelTokenizer.Load(folder);
        int context = Math.Min(model.Info.MaxPositionEmbeddings, PromptTokens + MostTokens + 2), drafts = 0, accepted = 0;
        var row = new int[heldOut.Length];
        for (long i = 0; i < Math.Min(Rows, heldOut.Count); i++)
        {
            int prompt = Math.Min(PromptTokens, heldOut.Read(i, row));
            if (prompt >= context) continue;
            using var session = new Session(model, context);
            var options = new GenerationOptions { MaxTokens = MostTokens, DraftDepth = 1, StopTokens = tokenizer.EosIds };
            var statistics = new TextGenerator(new SessionSequence(session), options).Run(row.AsSpan(0, prompt), _ => { });
            (drafts, accepted) = (drafts + statistics.Drafts, accepted + statistics.Accepted);
        }

        return (drafts, accepted);
    }
}
