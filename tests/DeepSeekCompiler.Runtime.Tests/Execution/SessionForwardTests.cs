using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public class SessionForwardTests
{
    private const int Vocab = FakeModel.Vocab;

    [Fact]
    public void LongInput_IsCutIntoChunks_AndLastLogitsComeOnce()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 2000);
        var logits = new float[Vocab];
        session.Forward(Tokens(1100), logits);
        Assert.Equal(["F 0+512", "F 512+512", "F 1024+76", "H 1"], model.Calls);
        Assert.Equal(1100, session.Position);
        Assert.Equal([Token(1099), 1099, Enumerable.Range(0, 1100).Sum(Token), 0f], logits[..4]);
    }

    [Fact]
    public void AllRows_AreWrittenInOrderAcrossChunks()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 600);
        var logits = new float[600 * Vocab];
        session.Forward(Tokens(600), logits, LogitRows.All);
        Assert.Equal(["F 0+512", "H 512", "F 512+88", "H 88"], model.Calls);
        var sum = 0;
        for (var i = 0; i < 600; i++)
        {
            sum += Token(i);
            Assert.Equal([Token(i), i, sum], logits[(i * Vocab)..(i * Vocab + 3)]);
        }
    }

    [Fact]
    public void NoRows_NeedNoLogits()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 8);
        session.Forward(Tokens(3), [], LogitRows.None);
        Assert.Equal(["F 0+3"], model.Calls);
    }

    [Fact]
    public void OneByOne_EqualsOneChunk()
    {
        using var model = new FakeModel();
        using var whole = new Session(model, 200);
        using var steps = new Session(model, 200);
        var expected = new float[200 * Vocab];
        var actual = new float[Vocab];
        whole.Forward(Tokens(200), expected, LogitRows.All);
        for (var i = 0; i < 200; i++)
        {
            steps.Forward([Token(i)], actual);
            Assert.Equal(expected[(i * Vocab)..(i * Vocab + 3)], actual[..3]);
        }
    }

    [Theory]
    [InlineData(AttentionForm.Auto, 4, 1f)]
    [InlineData(AttentionForm.Auto, 5, 0f)]
    [InlineData(AttentionForm.Absorbed, 5, 1f)]
    [InlineData(AttentionForm.Expanded, 1, 0f)]
    public void Form_IsResolvedByTheCountOfTokens(AttentionForm form, int count, float absorbed)
    {
        using var model = new FakeModel();
        using var session = new Session(model, 8) { Form = form };
        var logits = new float[Vocab];
        session.Forward(Tokens(count), logits);
        Assert.Equal(absorbed, logits[3]);
    }

    [Fact]
    public void Rewind_ForgetsWhatFollows()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 100);
        var logits = new float[Vocab];
        session.Forward(Tokens(70), logits);
        session.Rewind(66);
        Assert.Equal(66, session.Position);
        session.Forward([7, 8], logits);
        Assert.Equal([8, 67, Enumerable.Range(0, 66).Sum(Token) + 15], logits[..3]);
        session.Rewind(0);
        session.Forward([5], logits);
        Assert.Equal([5f, 0, 5], logits[..3]);
    }

    [Fact]
    public void Progress_ComesBetweenChunks_AndThrowingLeavesTheLastFinishedChunk()
    {
        using var model = new FakeModel();
        var seen = new List<(int, int)>();
        using var session = new Session(model, 2000)
        {
            Progress = (done, all) =>
            {
                seen.Add((done, all));
                if (done == 1024)
                {
                    throw new OperationCanceledException();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(() => session.Forward(Tokens(1300), new float[Vocab]));
        Assert.Equal([(512, 1300), (1024, 1300)], seen);
        Assert.Equal(1024, session.Position);
        var logits = new float[Vocab];
        session.Forward([3], logits);
        Assert.Equal([3, 1024, Enumerable.Range(0, 1024).Sum(Token) + 3], logits[..3]);
    }

    [Fact]
    public void FailedStep_ThrowsAsItself_AndLeavesThePosition()
    {
        using var model = new FakeModel { FailAt = 2 };
        using var session = new Session(model, 10);
        var logits = new float[Vocab];
        session.Forward([1, 2], logits);
        Assert.Throws<TimeoutException>(() => session.Forward([3], logits));
        Assert.Equal(2, session.Position);
        model.FailAt = -1;
        session.Forward([4], logits);
        Assert.Equal([4f, 2, 7], logits[..3]);
    }

    [Fact]
    public void Observer_SeesRowsWithTheirPosition()
    {
        using var model = new FakeModel();
        var observer = new Recorder();
        using var session = new Session(model, 10) { Observer = observer };
        session.Forward([1, 2], new float[Vocab]);
        session.Forward([3], new float[Vocab]);
        Assert.Equal(["norm -1 0+2: 1 0 1 1 2 1 3 1", "experts 1 0+2: 1 2", "norm -1 2+1: 3 2 6 1", "experts 1 2+1: 3"], observer.Seen);
    }

    [Fact]
    public void TwoSessionsOnTwoThreads_DoNotDisturbEachOther()
    {
        using var model = new FakeModel { Record = false };
        Parallel.For(0, 4, worker =>
        {
            using var session = new Session(model, 100);
            var logits = new float[Vocab];
            var sum = 0;
            for (var i = 0; i < 100; i++)
            {
                sum += worker + i;
                session.Forward([worker + i], logits);
                Assert.Equal([worker + i, i, sum], logits[..3]);
            }
        });
    }

    internal static int Token(int index) => index * 7 % 10 + 1;

    internal static int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(Token)];

    private sealed class Recorder : IForwardObserver
    {
        public List<string> Seen { get; } = [];

        public void OnValues(string probe, int layer, int firstPosition, int rows, ReadOnlySpan<float> values) =>
            Seen.Add($"{probe} {layer} {firstPosition}+{rows}: {string.Join(' ', values.ToArray())}");

        public void OnExperts(int layer, int firstPosition, int rows, ReadOnlySpan<int> experts) =>
            Seen.Add($"experts {layer} {firstPosition}+{rows}: {string.Join(' ', experts.ToArray())}");
    }
}
