using DeepSeekCompiler.Runtime.Generation;

namespace DeepSeekCompiler.Runtime.Tests.Generation;

/// <summary>Drafts of every depth change nothing but the number of steps.</summary>
public class SpeculativeTests
{
    [Theory]
    [InlineData(1, -1)]
    [InlineData(3, -1)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 4)]
    [InlineData(0, -1)]
    [InlineData(0, 1)]
    public void Greedy_IsPlain_WhereverDraftsAreRejected(int depth, int wrongAt)
    {
        var (plain, _) = Run(new FakeSequence(20, 200, 0), new() { MaxTokens = 100, Speculative = false });
        foreach (double wrong in new[] { 0, 0.3, 1 })
            Assert.Equal(plain, Run(new FakeSequence(20, 200, wrong, wrongAt: wrongAt), new() { MaxTokens = 100, DraftDepth = depth }).Tokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void EveryDraftRight_MakesStepsOfAllOfThem(int depth)
    {
        var (_, statistics) = Run(new FakeSequence(20, 400, 0), new() { MaxTokens = 1 + (10 * (depth + 1)), DraftDepth = depth });
        Assert.Equal(10, statistics.Steps);
        Assert.Equal((10 * depth, 10 * depth, 10 * depth), (statistics.Fed, statistics.Drafts, statistics.Accepted));
        Assert.Equal(Enumerable.Repeat(new DraftCount(10, 10), depth), statistics.ByDepth);
    }

    [Fact]
    public void DraftWrongAtOnePlace_IsCountedThere_AndThoseBehindItAreNotJudged()
    {
        var (_, statistics) = Run(new FakeSequence(20, 400, 0, wrongAt: 1), new() { MaxTokens = 100, DraftDepth = 3 });
        int steps = statistics.ByDepth[0].Tried;
        Assert.Equal([new DraftCount(steps, steps), new DraftCount(statistics.ByDepth[1].Tried, 0)], statistics.ByDepth);
        Assert.True(statistics.Fed > statistics.Drafts, "those behind a wrong one were fed all the same");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0)]
    public void Ends_LeaveWhatPlainStepsLeave(int depth)
    {
        // Every limit and every stop token: both fall on certain tokens and on drafts at all places of a step.
        var (all, _) = Run(new FakeSequence(30, 200, 0.3), new() { MaxTokens = 40, Speculative = false });
        for (int end = 1; end <= 24; end++)
        {
            foreach (var options in new GenerationOptions[] { new() { MaxTokens = end }, new() { MaxTokens = 40, StopTokens = [all[end]] } })
            {
                FakeSequence plain = new(30, 200, 0.3), drafted = new(30, 200, 0.3);
                var expected = Run(plain, options with { Speculative = false }).Tokens;
                Assert.Equal(expected, Run(drafted, options with { DraftDepth = depth }).Tokens);
                Assert.Equal(plain.Tokens, drafted.Tokens);
            }
        }
    }

    [Fact]
    public void AnotherTurn_GoesOnWithoutAGap()
    {
        FakeSequence sequence = new(20, 400, 0.3), plain = new(20, 400, 0.3);
        TextGenerator drafts = new(sequence, new() { MaxTokens = 30, DraftDepth = 3 }), none = new(plain, new() { MaxTokens = 30, Speculative = false });
        for (int turn = 0; turn < 3; turn++)
        {
            List<int> a = [], b = [];
            drafts.Run([3, 4 + turn], a.Add);
            none.Run([3, 4 + turn], b.Add);
            Assert.Equal(b, a);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0)]
    public void Sampling_KeepsTheDistribution(int depth)
    {
        var counts = new int[8];
        var sampling = new SamplingOptions { Temperature = 1, Seed = 9 };
        foreach (int token in Run(new FakeSequence(8, 20002, 0.7, flat: true), new() { MaxTokens = 20000, Sampling = sampling, DraftDepth = depth }).Tokens) counts[token]++;
        var random = new Random(1);
        var weights = counts.Select(_ => Math.Exp((float)(random.NextDouble() * 3))).ToArray();
        double chi = counts.Select((c, i) => Math.Pow(c - (20000 * weights[i] / weights.Sum()), 2) / (20000 * weights[i] / weights.Sum())).Sum();

        // Seven degrees of freedom: 24.3 is passed by one in a thousand.
        Assert.True(chi < 24.3, $"chi-square {chi}");
    }

    [Fact]
    public void SamplingDepth_FollowsAcceptance_AndRepeatsWithTheSeed()
    {
        GenerationOptions options = new() { MaxTokens = 300, Sampling = new() { Temperature = 1, Seed = 4 } };
        var (tokens, right) = Run(new FakeSequence(20, 400, 0), options);
        Assert.InRange(right.Depth, 2.5, 3);
        Assert.Equal(tokens, Run(new FakeSequence(20, 400, 0), options).Tokens);
        var (_, wrong) = Run(new FakeSequence(20, 400, 0, wrongAt: 0), options with { Sampling = new() { Temperature = 0.05f, Seed = 4 } });
        Assert.InRange(wrong.Depth, 0, 0.5);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(16)]
    public void DepthsWithoutAMeaning_AreRefused(int depth) =>
        Assert.StartsWith($"{depth} drafts a step cannot be made", Assert.Throws<ArgumentException>(() => new TextGenerator(new FakeSequence(20, 30, 0), new() { DraftDepth = depth })).Message, StringComparison.Ordinal);

    private static (List<int> Tokens, GenerationStatistics Statistics) Run(FakeSequence sequence, GenerationOptions options)
    {
        var tokens = new List<int>();
        return (tokens, new TextGenerator(sequence, options).Run([1, 2], tokens.Add));
    }
}
