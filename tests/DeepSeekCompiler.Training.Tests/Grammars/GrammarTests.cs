using DeepSeekCompiler.Training.Grammars;

namespace DeepSeekCompiler.Training.Tests.Grammars;

/// <summary>The engine behind corpora with a known entropy.</summary>
public sealed class GrammarTests
{
    // Two characters without repetition, a weighted choice, nested alternatives, and a subtraction that depends on an earlier choice.
    private static void Small(Derivation text)
    {
        var names = new List<string> { "Tom", "Ida", "Max" };
        string first = text.Draw(names);
        text.Write($"[Once|One [day|night]] {first} met ");
        text.Write(text.Draw(names));
        if (text.Choose(3, 1) == 1) text.Write(" in the rain");
        int had = 2 + text.Choose(3);
        text.Write($" and had {had}, ");
        int gave = 1 + text.Choose(had - 1);
        text.Write($"gave {gave} and kept {had - gave}.");
    }

    private static double SmallEntropy => Math.Log(3) + Math.Log(2) + (Math.Log(2) / 2) + Math.Log(2) + (0.75 * Math.Log(4 / 3.0)) + (0.25 * Math.Log(4)) + Math.Log(3) + ((Math.Log(1) + Math.Log(2) + Math.Log(3)) / 3);

    [Fact]
    public void Probabilities_SumToOne_AndTheirEntropyIsTheAnalyticOne()
    {
        var all = GrammarSearch.Enumerate(Small).ToList();
        Assert.Equal(3 * 3 * 2 * 2 * (1 + 2 + 3), all.Count);
        Assert.Equal(all.Count, all.Select(t => t.Text).Distinct().Count());
        Assert.Equal(1, all.Sum(t => Math.Exp(-t.Nats)), 12);
        Assert.Equal(SmallEntropy, all.Sum(t => Math.Exp(-t.Nats) * t.Nats), 12);
    }

    [Fact]
    public void Samples_HaveTheProbabilityOfTheirText_AndTheMeanIsTheEntropy()
    {
        var exact = GrammarSearch.Enumerate(Small).ToDictionary(t => t.Text, t => t.Nats);
        const int Count = 40_000;
        double nats = 0, entropy = 0;
        var seen = new Dictionary<string, int>();
        for (ulong seed = 0; seed < Count; seed++)
        {
            var sample = GrammarSampler.Sample(Small, SplitMix.Mix(7, seed));
            Assert.Equal(exact[sample.Text], sample.Nats, 12);
            seen[sample.Text] = seen.GetValueOrDefault(sample.Text) + 1;
            (nats, entropy) = (nats + sample.Nats, entropy + sample.ChoiceEntropy);
        }

        // Five standard errors: -ln P here has a standard deviation of about 0.7, the entropies of the choices of about 0.6.
        Assert.Equal(SmallEntropy, nats / Count, 5 * 0.7 / Math.Sqrt(Count));
        Assert.Equal(SmallEntropy, entropy / Count, 5 * 0.6 / Math.Sqrt(Count));
        double chi = exact.Sum(e => Math.Pow(seen.GetValueOrDefault(e.Key) - (Count * Math.Exp(-e.Value)), 2) / (Count * Math.Exp(-e.Value)));
        Assert.InRange(chi, exact.Count - 1 - (5 * Math.Sqrt(2.0 * exact.Count)), exact.Count - 1 + (5 * Math.Sqrt(2.0 * exact.Count)));
    }

    [Fact]
    public void Derivations_FindsEveryOneOfAText_AndNoneOfAnother()
    {
        static void Ambiguous(Derivation text) => text.Write("[a|ab][bc|c]");
        Assert.Equal(2, GrammarSearch.Derivations(Ambiguous, "abc").Count);
        Assert.Equal([Math.Log(4)], GrammarSearch.Derivations(Ambiguous, "ac"));
        Assert.Empty(GrammarSearch.Derivations(Ambiguous, "ab"));
        Assert.Empty(GrammarSearch.Derivations(Ambiguous, "abcc"));
    }

    [Theory]
    [InlineData("[a|b")]
    [InlineData("a|b")]
    [InlineData("a]")]
    public void MalformedTemplates_AreRefused(string template) =>
        Assert.Throws<ArgumentException>(() => GrammarSampler.Sample(text => text.Write(template), 1));

    [Fact]
    public void Enumeration_StopsAtItsLimit() => Assert.Throws<ArgumentException>(() => GrammarSearch.Enumerate(Small, 10).Count());
}
