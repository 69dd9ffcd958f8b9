using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Generation;
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
        using var session = new Session(model, 512);
        var logits = new float[model.Info.VocabSize];
        int[] token = [300];
        for (int i = 0; i < 100; i++) session.Forward(token, logits);
        long least = Least(() =>
        {
            session.Rewind(100);
            for (int i = 0; i < Tokens; i++) session.Forward(token, logits);
        });
        Assert.True(least == 0, $"{least} bytes were allocated by {Tokens} tokens");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Generation_AllocatesNothingForAToken(bool drafts)
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Threads = 2 });
        using var session = new Session(model, 512);
        long Generate(int tokens, long enough = 0)
        {
            var generator = new TextGenerator(new SessionSequence(session), new GenerationOptions { MaxTokens = tokens, Speculative = drafts });
            Action<int> ignore = _ => { };
            int[] prompt = [1, 300];
            return Least(() =>
            {
                session.Rewind(0);
                generator.Run(prompt, ignore);
            }, enough);
        }

        // Code that is new may allocate what it does not once it is optimised.
        Generate(5 * Tokens);
        // A run has statistics and a closure, however long it is.
        long few = Generate(Tokens), many = Generate(5 * Tokens, few);
        Assert.True(many <= few, $"{few} bytes were allocated by {Tokens} tokens, {many} by {5 * Tokens}");
    }

    // Other threads of the test host allocate now and then; on a busy machine rounds are long, and most of them are hit.
    private static long Least(Action round, long enough = 0)
    {
        round();
        round();
        long least = long.MaxValue;
        for (int i = 0; i < 100 && least > enough; i++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            round();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
        }

        return least;
    }
}
