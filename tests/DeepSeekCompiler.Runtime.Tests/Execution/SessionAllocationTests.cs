using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>Alone while it runs: it counts what the whole process allocates.</summary>
[Collection(AloneCollection.Name)]
public class SessionAllocationTests
{
    [Fact]
    public void DecodeAndDraft_AllocateNothing()
    {
        var lead = 0L;
        using var model = new FakeModel { Record = false, OnStep = _ => lead = GC.GetAllocatedBytesForCurrentThread() };
        using var session = new Session(model, 10_000);
        var logits = new float[FakeModel.Vocab];
        Steps(session, logits);

        // The test host has threads of its own that allocate now and then: one quiet round of a hundred steps is proof.
        (long Caller, long Lead, long Process) seen = (-1, -1, -1);
        for (var round = 0; round < 40 && seen != (0, 0, 0); round++)
        {
            var process = GC.GetTotalAllocatedBytes(precise: true);
            var caller = GC.GetAllocatedBytesForCurrentThread();
            var before = lead;
            Steps(session, logits);
            seen.Caller = GC.GetAllocatedBytesForCurrentThread() - caller;
            seen.Lead = lead - before;
            seen.Process = GC.GetTotalAllocatedBytes(precise: true) - process;
        }

        Assert.Equal((0, 0, 0), seen);
    }

    private static void Steps(Session session, float[] logits)
    {
        for (var i = 0; i < 100; i++)
        {
            session.Forward([i], logits, LogitRows.Last, fillDraft: true);
            session.Draft([i + 1], logits);
            session.DraftDeeper(i + 2, logits);
            if (i % 50 == 49)
            {
                // Long enough for the pool to park, so that waking is counted too.
                Thread.Sleep(5);
            }
        }
    }
}
