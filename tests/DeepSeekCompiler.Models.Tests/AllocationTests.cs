using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Runs alone: what the process allocates is counted.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public class AllocationTests
{
    [Fact]
    public void Decode_AllocatesNothing()
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Threads = 2 });
        using var session = new Session(model, 512);
        var logits = new float[model.Info.VocabSize];
        int[] token = [300];
        for (int i = 0; i < 100; i++) session.Forward(token, logits);
        long least = long.MaxValue;
        for (int round = 0; round < 8; round++)
        {
            session.Rewind(100);
            long before = GC.GetTotalAllocatedBytes(true);
            for (int i = 0; i < 40; i++) session.Forward(token, logits);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
        }

        // Other threads of the test host may allocate in a round; not in all of them.
        Assert.True(least == 0, $"{least} bytes were allocated by 40 tokens");
    }
}
