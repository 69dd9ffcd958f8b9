using DeepSeekCompiler.Runtime.Generation;

namespace DeepSeekCompiler.Runtime.Tests.Generation;

public class TextGeneratorTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void SpeculativeGreedy_IsPlainGreedy(double wrong)
    {
        var plain = Generate(new FakeSequence(20, 200, wrong), new GenerationOptions { MaxTokens = 100, Speculative = false });
        var speculative = Generate(new FakeSequence(20, 200, wrong), new GenerationOptions { MaxTokens = 100 });
        Assert.Equal(100, plain.Count);
        Assert.Equal(plain, speculative);
    }

    [Fact]
    public void StopTokens_EndIt_AndAreNotGivenOut()
    {
        var all = Generate(new FakeSequence(20, 200, 0.5), new GenerationOptions { MaxTokens = 50 });
        int stop = all[20];
        var cut = Generate(new FakeSequence(20, 200, 0.5), new GenerationOptions { MaxTokens = 50, StopTokens = [stop] });
        Assert.Equal(all.TakeWhile(t => t != stop), cut);
    }

    [Fact]
    public void TheEndOfTheContext_EndsIt()
    {
        foreach (bool speculative in new[] { true, false })
            Assert.InRange(Generate(new FakeSequence(20, 30, 0.5), new GenerationOptions { MaxTokens = 100, Speculative = speculative }).Count, 28, 30);
    }

    [Fact]
    public void Cancellation_KeepsWhatWasGenerated()
    {
        using var source = new CancellationTokenSource();
        var tokens = new List<int>();
        new TextGenerator(new FakeSequence(20, 200, 0.5), new GenerationOptions { MaxTokens = 100 }).Run([1, 2], t =>
        {
            tokens.Add(t);
            if (tokens.Count == 10) source.Cancel();
        }, source.Token);
        Assert.InRange(tokens.Count, 10, 11);
    }

    [Fact]
    public void TopKAndTopP_CutTheTail()
    {
        float[] logits = [0, 1, 2, 3], probabilities = new float[4];
        new Sampler(new SamplingOptions { Temperature = 1, TopK = 2 }, 4).Distribution(logits, probabilities);
        Assert.Equal(0, probabilities[0] + probabilities[1]);
        Assert.Equal(1, probabilities.Sum(), 1e-5);
        new Sampler(new SamplingOptions { Temperature = 1, TopP = 0.5f }, 4).Distribution(logits, probabilities);
        Assert.Equal([0, 0, 0, 1], probabilities);
    }

    private static List<int> Generate(FakeSequence sequence, GenerationOptions options)
    {
        var tokens = new List<int>();
        new TextGenerator(sequence, options).Run([1, 2], tokens.Add);
        return tokens;
    }
}
