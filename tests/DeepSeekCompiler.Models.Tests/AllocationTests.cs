using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Runs alone: what the process allocates is counted.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public class AllocationTests
{
    private const int Tokens = 40;

    [Fact]
    public void Decode_AllocatesNothing()
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Threads = 2 });
        long least = Least(model);
        Assert.True(least == 0, $"{least} bytes were allocated by {Tokens} tokens");
    }

    // Other threads of the test host may allocate in a round; not in all of them.
    private static long Least(CompiledModel model)
    {
        using var session = new Session(model, 512);
        var logits = new float[model.Info.VocabSize];
        int[] token = [300];
        for (int i = 0; i < 100; i++) session.Forward(token, logits);
        long least = long.MaxValue;
        for (int round = 0; round < 8; round++)
        {
            session.Rewind(100);
            int memory = DeviceRun.Allocations;
            long before = GC.GetTotalAllocatedBytes(true);
            for (int i = 0; i < Tokens; i++) session.Forward(token, logits);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
            // The first round takes the context as far as all of them.
            if (round > 0) Assert.Equal(memory, DeviceRun.Allocations);
        }

        return least;
    }
}
