using DeepSeekCompiler.Training.Grammars;

namespace DeepSeekCompiler.Training.Stories;

/// <summary>The documents of the story grammar: document i of a seed is always the same text.</summary>
/// <param name="Seed">Seed of the corpus.</param>
public sealed record StoryCorpus(ulong Seed)
{
    // Training documents count up from 0; held-out ones have a range of their own that training never reaches.
    private const ulong HeldOut = 1UL << 62;

    /// <summary>A document of the training set.</summary>
    public SampledText Document(long index) => Sample((ulong)index);

    /// <summary>A document that no training set holds, unless the grammar happens to make the same text twice.</summary>
    public SampledText HeldOutDocument(long index) => Sample(HeldOut + (ulong)index);

    /// <summary>Entropy of the source in nats a document, with the standard error of the estimate: the mean of the entropies of the choices met on the
    /// way, over many documents.</summary>
    public static (double Nats, double Error) Entropy(int documents, ulong seed = 0)
    {
        double sum = 0, squares = 0;
        for (int i = 0; i < documents; i++)
        {
            double value = GrammarSampler.Sample(StoryGrammar.Document, SplitMix.Mix(seed, (ulong)i)).ChoiceEntropy;
            sum += value;
            squares += value * value;
        }

        double mean = sum / documents;
        return (mean, Math.Sqrt(Math.Max(0, (squares / documents) - (mean * mean)) / documents));
    }

    private SampledText Sample(ulong index) => GrammarSampler.Sample(StoryGrammar.Document, SplitMix.Mix(Seed, index));
}
