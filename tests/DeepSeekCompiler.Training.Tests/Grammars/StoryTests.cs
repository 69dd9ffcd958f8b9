using DeepSeekCompiler.Training.Grammars;
using DeepSeekCompiler.Training.Stories;

namespace DeepSeekCompiler.Training.Tests.Grammars;

/// <summary>The sample corpus.</summary>
public sealed class StoryTests
{
    [Fact]
    public void EveryText_HasOneDerivation_AndItsProbabilityIsThatOfTheSample()
    {
        var corpus = new StoryCorpus(3);
        for (int i = 0; i < 40; i++)
        {
            var document = corpus.Document(i);
            double nats = Assert.Single(GrammarSearch.Derivations(StoryGrammar.Document, document.Text));
            Assert.Equal(document.Nats, nats, 9);
        }
    }

    [Fact]
    public void EveryEpisode_IsUnambiguous_WithProbabilitiesThatSumToOne()
    {
        foreach (Action<Story> episode in new Action<Story>[] { Episodes.Share, Episodes.Add, Episodes.Seek, Episodes.Trade })
        {
            // The hero is always the same here; friends, things and numbers are free.
            var all = GrammarSearch.Enumerate(text => episode(new Story(text))).ToList();
            Assert.Equal(all.Count, all.Select(t => t.Text).Distinct().Count());
            Assert.Equal(1, all.Sum(t => Math.Exp(-t.Nats)), 9);
        }
    }

    [Fact]
    public void TheMeanOfLogProbabilities_IsTheEntropy()
    {
        const int Count = 20_000;
        var nats = Enumerable.Range(0, Count).Select(i => new StoryCorpus(11).Document(i).Nats).ToArray();
        double mean = nats.Average(), error = Math.Sqrt(nats.Sum(n => Math.Pow(n - mean, 2)) / Count / Count);
        var (entropy, ownError) = StoryCorpus.Entropy(Count, seed: 5);
        Assert.InRange(mean - entropy, -5 * (error + ownError), 5 * (error + ownError));
    }

    [Fact]
    public void Documents_AreTheSameForASeed_AndHeldOutOnesAreOthers()
    {
        Assert.Equal(new StoryCorpus(1).Document(5), new StoryCorpus(1).Document(5));
        Assert.NotEqual(new StoryCorpus(1).Document(5), new StoryCorpus(2).Document(5));
        var training = Enumerable.Range(0, 5000).Select(i => new StoryCorpus(1).Document(i).Text).ToHashSet();
        Assert.DoesNotContain(Enumerable.Range(0, 500).Select(i => new StoryCorpus(1).HeldOutDocument(i).Text), training.Contains);
    }

    [Fact]
    public void UnseenNats_AreThoseOfNoFurtherQuestion()
    {
        double[] more = [1, 2 / 3.0, 1 / 2.0];
        var seen = new HashSet<int>();
        foreach (string text in Enumerable.Range(0, 200).Select(i => new StoryCorpus(4).Document(i).Text))
        {
            int users = System.Text.RegularExpressions.Regex.Count(text, System.Text.RegularExpressions.Regex.Escape(StoryGrammar.User));
            if (users == 0) Assert.Equal(0, StoryGrammar.UnseenNats(text));
            else
            {
                // ln 3 for the number of questions, of which the tokens show that there was another one after each but the last.
                Assert.Equal(Math.Log(3) + more.Take(users - 1).Sum(Math.Log), StoryGrammar.UnseenNats(text), 12);
                seen.Add(users - 1);
            }
        }

        Assert.Equal([1, 2, 3], seen.Order());
    }

    [Fact]
    public void Arithmetic_IsRight()
    {
        var numbers = Enumerable.Range(1, 10).ToDictionary(Words.Number);
        for (int i = 0; i < 2000; i++)
        {
            string text = new StoryCorpus(2).Document(i).Text;
            var add = System.Text.RegularExpressions.Regex.Match(text, @"found (\w+), and \w+ found (\w+)\. Together they had (\w+)");
            if (add.Success) Assert.Equal(numbers[add.Groups[1].Value] + numbers[add.Groups[2].Value], numbers[add.Groups[3].Value]);
            var share = System.Text.RegularExpressions.Regex.Match(text, @"a basket with (\w+).*gave h\w+ (\w+) \w+ and kept (\w+)");
            if (share.Success) Assert.Equal(numbers[share.Groups[1].Value] - numbers[share.Groups[2].Value], numbers[share.Groups[3].Value]);
        }
    }
}
