using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training.Stories;

namespace DeepSeekCompiler.Training.Data;

/// <summary>What held-out stories cost the source itself: no model can be better on average.</summary>
public static class StoryFloor
{
    /// <param name="corpus">The corpus.</param>
    /// <param name="tokenizer">Counts the tokens.</param>
    /// <param name="length">Most tokens of a row.</param>
    /// <param name="documents">Held-out documents.</param>
    /// <returns>Nats a predicted token, over the tokens that <see cref="Loop.Trainer.Evaluate"/> predicts; null where a document is longer than a row, because the cost of its part is not known.</returns>
    public static double? Of(StoryCorpus corpus, ModelTokenizer tokenizer, int length, int documents)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        double nats = 0;
        long tokens = 0;
        for (int i = 0; i < documents; i++)
        {
            var document = corpus.HeldOutDocument(i);
            int count = DocumentTokens.Of(tokenizer, document.Text).Count;
            if (count > length) return null;
            nats += document.Nats - StoryGrammar.UnseenNats(document.Text);
            tokens += count - 1;
        }

        return tokens == 0 ? null : nats / tokens;
    }
}
