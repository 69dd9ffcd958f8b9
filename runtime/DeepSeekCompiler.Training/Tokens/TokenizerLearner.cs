using DeepSeekCompiler.Training.Stories;

namespace DeepSeekCompiler.Training.Tokens;

/// <summary>Makes a tokenizer for a corpus: byte-pair merges of a part of it, as many as the vocabulary has room for.</summary>
public static class TokenizerLearner
{
    // Merges of a few million characters are those of the whole corpus, but for the rarest.
    private const int Most = 8 << 20;

    // A story's special tokens are no text.
    private static readonly string[] s_special = [StoryGrammar.User, StoryGrammar.Assistant, StoryGrammar.End];

    /// <param name="texts">Documents.</param>
    /// <param name="vocabSize">Ids in all.</param>
    /// <param name="folder">Where tokenizer.json and tokenizer_config.json go.</param>
    /// <exception cref="TrainingException">The vocabulary has no room for the bytes and the special tokens.</exception>
    public static void Learn(IEnumerable<string> texts, int vocabSize, string folder)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (vocabSize < TokenizerWriter.FixedIds) throw new TrainingException($"A vocabulary of {vocabSize} has no room for the {TokenizerWriter.FixedIds} ids of bytes and special tokens.");
        var trainer = new BytePairTrainer();
        int taken = 0;
        foreach (string text in texts)
        {
            trainer.Add(s_special.Aggregate(text, (t, special) => t.Replace(special, "\n", StringComparison.Ordinal)));
            if ((taken += text.Length) >= Most) break;
        }

        Directory.CreateDirectory(folder);
        TokenizerWriter.Write(folder, trainer.Train(vocabSize - TokenizerWriter.FixedIds), vocabSize);
    }

    /// <summary>Documents of the sample corpus for it.</summary>
    public static IEnumerable<string> Stories(ulong seed) => Enumerable.Range(0, 4000).Select(i => new StoryCorpus(seed).Document(i).Text);
}
