using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>Alone while it runs: it counts what the whole process allocates.</summary>
[Collection(AloneCollection.Name)]
public class SessionAllocationTests
{
    [Fact]
    public void DecodeAndDraft_AllocateNothing()
    {
        using var model = new FakeModel { Record = false };
        using var session = new Session(model, 1000);
        var logits = new float[FakeModel.Vocab];
        var least = long.MaxValue;
        var own = long.MaxValue;
        Steps(session, logits);

        // Another thread of the test host may allocate meanwhile; it does not in every one of five rounds.
        for (var round = 0; round < 5; round++)
        {
            var total = GC.GetTotalAllocatedBytes(precise: true);
            var mine = GC.GetAllocatedBytesForCurrentThread();
            Steps(session, logits);
            own = Math.Min(own, GC.GetAllocatedBytesForCurrentThread() - mine);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - total);
        }

        Assert.Equal(0, own);
        Assert.Equal(0, least);
    }

    private static void Steps(Session session, float[] logits)
    {
        for (var i = 0; i < 100; i++)
        {
            session.Forward([i], logits, LogitRows.Last, fillDraft: true);
            session.Draft([i + 1], logits);
            if (i % 10 == 9)
            {
                // Long enough for the pool to park, so that waking is counted too.
                Thread.Sleep(5);
            }
        }
    }
}
