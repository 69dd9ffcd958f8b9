using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public sealed class SessionErrorTests : IDisposable
{
    private const int Vocab = FakeModel.Vocab;
    private readonly FakeModel _model = new();
    private readonly Session _session;

    public SessionErrorTests()
    {
        _session = new Session(_model, 10);
        _session.Forward([1, 2], new float[Vocab]);
    }

    public void Dispose()
    {
        _session.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(-1, "Token -1 at position 3 is outside the vocabulary; ids are 0 to 999. (Parameter 'tokens')")]
    [InlineData(1000, "Token 1000 at position 3 is outside the vocabulary; ids are 0 to 999. (Parameter 'tokens')")]
    public void IdOutsideTheVocabulary_IsNamedWithItsPosition(int token, string message)
    {
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => _session.Forward([5, token], new float[Vocab])).Message);
        Assert.Equal(2, _session.Position);
    }

    [Fact]
    public void ContextLimit_IsOneSentence()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _session.Forward(new int[9], new float[Vocab]));
        Assert.Equal("9 more tokens at position 2 do not fit into this session's context of 10 tokens.", error.Message);
        _session.Forward(new int[8], new float[Vocab]);
        Assert.Equal(10, _session.Position);
    }

    [Fact]
    public void ShortLogits_AreRefusedBeforeAnythingRuns()
    {
        _model.Calls.Clear();
        var error = Assert.Throws<ArgumentException>(() => _session.Forward([1, 2], new float[2 * Vocab - 1], LogitRows.All));
        Assert.StartsWith("The logits have room for 1999 numbers; 2 rows of 1000 need 2000.", error.Message, StringComparison.Ordinal);
        Assert.Empty(_model.Calls);
    }

    [Fact]
    public void NoTokens_AreRefused()
    {
        Assert.StartsWith("There are no tokens", Assert.Throws<ArgumentException>(() => _session.Forward([], new float[Vocab])).Message, StringComparison.Ordinal);
        Assert.StartsWith("There are no tokens", Assert.Throws<ArgumentException>(() => _session.Draft([], new float[Vocab])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void RewindOutsideTheContext_IsRefused(int position)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _session.Rewind(position));
        Assert.StartsWith("A session at position 2 can go back to 0 to 2 only.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SessionWithoutRoom_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Session(_model, 0));

    [Fact]
    public void ModelWithoutWeights_SaysSo()
    {
        using var model = new FakeModel(bind: false);
        var error = Assert.Throws<InvalidOperationException>(() => new Session(model, 4));
        Assert.Equal("Fake has no weights yet; bind a checkpoint first.", error.Message);
    }

    [Fact]
    public void Bind_KeepsPointersInManifestOrder_AndRefusesAnotherCount()
    {
        Assert.Equal((64, 128, 0, 256), _model.Bound);
        using var model = new FakeModel(bind: false);
        var error = Assert.Throws<ArgumentException>(() => model.Bind([default]));
        Assert.StartsWith("Fake needs 2 weights, one a manifest entry, and got 1.", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => _model.Bind([default, default]));
    }

    [Fact]
    public void DisposedModel_ClosesItsCheckpoint_AndRefusesSteps()
    {
        using var owner = new MemoryStream();
        var model = new FakeModel(bind: false);
        model.Bind([default, default], owner, 1);
        using var session = new Session(model, 4);
        model.Dispose();
        Assert.False(owner.CanRead);
        Assert.Throws<ObjectDisposedException>(() => session.Forward([1], new float[Vocab]));
        model.Dispose();
    }

    [Fact]
    public void DisposedSession_RefusesEverything()
    {
        _session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _session.Forward([1], new float[Vocab]));
        Assert.Throws<ObjectDisposedException>(() => _session.Draft([1], new float[Vocab]));
        Assert.Throws<ObjectDisposedException>(() => _session.Rewind(0));
        _session.Dispose();
    }
}
