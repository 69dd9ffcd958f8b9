using DeepSeekCompiler.Runtime.Models;
using static DeepSeekCompiler.Runtime.Tests.Execution.SessionForwardTests;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public class SessionDraftTests
{
    private const int Vocab = FakeModel.Vocab;

    [Fact]
    public void FillDraft_RunsAllRowsButTheVeryLast()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 2000);
        session.Forward(Tokens(1100), new float[Vocab], LogitRows.Last, fillDraft: true);
        Assert.Equal(["F 0+512", "D 0+512", "F 512+512", "D 512+512", "F 1024+76", "H 1", "D 1024+75"], model.Calls);
        var logits = new float[Vocab];
        session.Draft([9], logits);
        Assert.Equal("D 1099+1", model.Calls[^2]);
        Assert.Equal([Token(1099), 1099, 9, Enumerable.Range(1, 1099).Sum(Token) + 9], logits[..4]);
    }

    [Fact]
    public void FillDraftOfOneToken_HasNothingToRun()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 10);
        session.Forward([4], new float[Vocab], LogitRows.Last, fillDraft: true);
        Assert.Equal(["F 0+1", "H 1"], model.Calls);
    }

    [Fact]
    public void Draft_TakesTheLastRowsOfTheLatestForward()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 10);
        session.Forward([1, 2, 3], [], LogitRows.None);
        var logits = new float[3 * Vocab];
        session.Draft([2, 3, 4], logits, LogitRows.All);
        Assert.Equal([1f, 0, 2, 2], logits[..4]);
        Assert.Equal([2f, 1, 3, 5], logits[Vocab..(Vocab + 4)]);
        Assert.Equal([3f, 2, 4, 9], logits[(2 * Vocab)..(2 * Vocab + 4)]);
        Assert.Equal(["F 0+3", "D 0+3", "h 3"], model.Calls);
    }

    [Fact]
    public void DraftAfterRewind_UsesTheRowThatIsKept()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        var logits = new float[2 * Vocab];
        session.Forward([1, 2, 3], logits, LogitRows.Last, fillDraft: true);
        session.Draft([4], logits);
        session.Forward([4, 5], logits, LogitRows.All);
        session.Rewind(4);
        session.Draft([6], logits);
        Assert.Equal([4f, 3, 6, 2 + 3 + 4 + 6], logits[..4]);
        session.Forward([6, 7], logits, LogitRows.All);
        session.Draft([7, 8], logits, LogitRows.All);
        Assert.Equal([6f, 4, 7, 2 + 3 + 4 + 6 + 7], logits[..4]);
        Assert.Equal([7f, 5, 8, 2 + 3 + 4 + 6 + 7 + 8], logits[Vocab..(Vocab + 4)]);
    }

    [Fact]
    public void FillDraftInALaterCall_CatchesUpOnTheRowsLeftOut()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        var logits = new float[Vocab];
        session.Forward([1, 2, 3], logits);
        model.Calls.Clear();
        session.Forward([4, 5], logits, LogitRows.Last, fillDraft: true);
        Assert.Equal(["D 0+3", "F 3+2", "H 1", "D 3+1"], model.Calls);
        session.Draft([6], logits);
        Assert.Equal([5f, 4, 6, 2 + 3 + 4 + 5 + 6], logits[..4]);
    }

    [Fact]
    public void FillDraftAfterRewind_RedoesTheRowWhoseNextTokenChanged()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        var logits = new float[Vocab];
        session.Forward([1, 2, 3, 4], logits, LogitRows.Last, fillDraft: true);
        session.Rewind(2);
        session.Forward([7, 8], logits, LogitRows.Last, fillDraft: true);
        session.Draft([9], logits);
        Assert.Equal([8f, 3, 9, 2 + 7 + 8 + 9], logits[..4]);
    }

    [Fact]
    public void MoreRowsThanTheLastChunkLeft_IsOneSentence()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 2000);
        session.Forward(Tokens(515), [], LogitRows.None, fillDraft: true);
        var error = Assert.Throws<InvalidOperationException>(() => session.Draft([1, 2, 3, 4], new float[Vocab]));
        Assert.Equal(
            "A draft of 4 rows needs their hidden states, and the latest forward chunk left 3; draft fewer, or pass fillDraft to Forward.",
            error.Message);
    }

    [Fact]
    public void GapInTheDraftCache_IsOneSentence()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        session.Forward([1, 2, 3], new float[Vocab]);
        var error = Assert.Throws<InvalidOperationException>(() => session.Draft([1], new float[Vocab]));
        Assert.Equal(
            "A draft from position 2 needs the draft cache before it, which ends at 0; pass fillDraft to Forward, or draft every row.",
            error.Message);
        session.Forward([4], new float[Vocab]);
        Assert.Throws<InvalidOperationException>(() => session.Forward([5], new float[Vocab], LogitRows.Last, fillDraft: true));
        Assert.Equal(4, session.Position);
    }

    [Fact]
    public void RewindBeforeTheLastChunk_LeavesNothingToDraftFrom()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        session.Forward([1, 2, 3], new float[Vocab], LogitRows.Last, fillDraft: true);
        session.Forward([4], new float[Vocab]);
        session.Rewind(2);
        Assert.Throws<InvalidOperationException>(() => session.Draft([9], new float[Vocab]));
    }

    [Fact]
    public void DeeperDrafts_GoOnFromTheModulesOwnRow_AndTheNextDraftMakesTheirRowsAnew()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        var logits = new float[Vocab];
        session.Forward([1, 2, 3], [], LogitRows.None);
        session.Draft([2, 3, 4], logits);
        session.DraftDeeper(5, logits);
        Assert.Equal([3f, 2, 5, 2 + 3 + 4 + 5], logits[..4]);
        session.DraftDeeper(6, logits);
        Assert.Equal([3f, 2, 6, 2 + 3 + 4 + 5 + 6], logits[..4]);
        Assert.Equal(["F 0+3", "D 0+3", "h 1", "D 3+1", "h 1", "D 4+1", "h 1"], model.Calls);
        Assert.Equal(3, session.Position);
        session.Forward([4, 5, 9], [], LogitRows.None);
        session.Rewind(5);
        session.Draft([5, 8], logits);
        Assert.Equal([5f, 4, 8, 2 + 3 + 4 + 5 + 8], logits[..4]);
    }

    [Fact]
    public void DeeperDraftBehindAnythingButADraft_IsOneSentence()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 4);
        var logits = new float[Vocab];
        session.Forward([1, 2, 3], logits, LogitRows.Last, fillDraft: true);
        const string sentence = "A deeper draft goes on from the draft just before it, and the latest step was none; call Draft first.";
        Assert.Equal(sentence, Assert.Throws<InvalidOperationException>(() => session.DraftDeeper(5, logits)).Message);
        session.Draft([4], logits);
        session.DraftDeeper(5, logits);
        Assert.Equal("1 more tokens at position 4 do not fit into this session's context of 4 tokens.", Assert.Throws<InvalidOperationException>(() => session.DraftDeeper(6, logits)).Message);
        session.Draft([4], logits);
        session.Rewind(3);
        Assert.Equal(sentence, Assert.Throws<InvalidOperationException>(() => session.DraftDeeper(5, logits)).Message);
    }

    [Fact]
    public void SessionKnowsWhetherItCanDraft()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 20);
        Assert.True(session.CanDraft);
        session.Forward([1, 2, 3], new float[Vocab]);
        Assert.True(session.CanDraft, "the latest chunk holds all that is missing");
        session.Forward([4], new float[Vocab]);
        Assert.False(session.CanDraft, "hidden states are gone");
        session.Rewind(0);
        Assert.True(session.CanDraft);
    }

    [Fact]
    public void ModelWithoutMtp_SaysSo()
    {
        using var model = new FakeModel(mtp: false);
        using var session = new Session(model, 20);
        session.Forward([1], new float[Vocab]);
        Assert.False(session.CanDraft);
        var error = Assert.Throws<InvalidOperationException>(() => session.Draft([1], new float[Vocab]));
        Assert.Equal("Fake has no multi-token-prediction module, so it cannot draft.", error.Message);
        Assert.Throws<InvalidOperationException>(() => session.Forward([1], new float[Vocab], LogitRows.Last, fillDraft: true));
    }
}
