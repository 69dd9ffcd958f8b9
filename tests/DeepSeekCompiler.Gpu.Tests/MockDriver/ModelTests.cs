using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.MockDriver;

/// <summary>A whole model under the pretended driver: what is queued, recorded and replayed. Nothing is computed, so no number is looked at.</summary>
[Collection("mock driver")]
public sealed class ModelTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CacheScope _cache = new();

    public ModelTests()
    {
        RecipeWriter.Write(Recipe.Parse(File.ReadAllText(GoldenFiles.Path("v3-mtp", "recipe.json"))), _folder.Path);
        File.Copy(GoldenFiles.Path("v3-mtp", "config.json"), _folder["config.json"]);
    }

    [MockFact]
    public void DecodeSteps_AreLaunchedOnce_ThenRecorded_ThenReplayed_WithTheSameArguments()
    {
        MockGpu.Reset();
        using var model = Load(out var launches);
        using var session = new Session(model, 256);
        var logits = new float[model.Info.VocabSize];
        session.Forward([1, 2, 3, 4, 5, 6, 7, 8], logits);
        Assert.Equal((0, 0), (launches.Recorded, launches.Replayed));

        var plain = Step(session, logits);
        Assert.DoesNotContain("replay", plain);
        var recorded = Step(session, logits);
        // The position comes first, the recording does not run, the replay does, and the logits are waited for last.
        Assert.Equal(["copy 20", "begin capture 1", "end capture", "instantiate", "replay"], recorded.Where(l => !l.StartsWith("launch", StringComparison.Ordinal)).Take(5));
        Assert.Equal(Launches(plain), Launches(recorded));
        var replayed = Step(session, logits);
        Assert.Equal(["copy 20", "replay"], replayed.Take(2));
        Assert.Equal(Launches(plain), Launches(replayed));
        Assert.StartsWith("copy ", replayed[^1], StringComparison.Ordinal);
        Assert.Equal("synchronize", replayed[^2]);
        Assert.Equal((1, 2, null), (launches.Recorded, launches.Replayed, launches.Refusal));
    }

    [MockFact]
    public void AStep_AllocatesNothing_ButWhatIlgpusTwoCopiesTake()
    {
        MockGpu.Reset();
        using var model = Load(out var launches);
        using var session = new Session(model, 64);
        var logits = new float[model.Info.VocabSize];
        int[] token = [9];
        for (int i = 0; i < 8; i++) session.Forward(token, logits);
        long here = GC.GetAllocatedBytesForCurrentThread(), there = MockGpu.Allocated;
        for (int i = 0; i < 16; i++) session.Forward(token, logits);
        // A wrapper each for the tokens and the logits.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - here) / 16, 0, 160);
        Assert.Equal(there, MockGpu.Allocated);
        Assert.Equal(23, launches.Replayed);
    }

    [MockFact]
    public void AContextThatIsSplitOtherwise_IsRecordedAnew()
    {
        MockGpu.Reset();
        using var model = Load(out var launches);
        using var session = new Session(model, 256);
        var logits = new float[model.Info.VocabSize];
        session.Forward([.. Enumerable.Range(0, 60)], logits);
        var first = Step(session, logits);
        for (int i = 0; i < 3; i++) Step(session, logits);
        Assert.Equal((1, 3), (launches.Recorded, launches.Replayed));
        var next = Step(session, logits);
        Assert.DoesNotContain("replay", next);
        Assert.NotEqual(Launches(first), Launches(next));
        Step(session, logits);
        Assert.Equal((2, 4), (launches.Recorded, launches.Replayed));
    }

    [MockFact]
    public void ADriverThatDoesNotRecord_LeavesPlainLaunches_AndTheReason()
    {
        MockGpu.Reset(("refuse-capture", 1));
        using var model = Load(out var launches);
        using var session = new Session(model, 64);
        var logits = new float[model.Info.VocabSize];
        var plain = Step(session, logits);
        Assert.Equal(Launches(plain), Launches(Step(session, logits)));
        Assert.Equal(Launches(plain), Launches(Step(session, logits)));
        Assert.Equal((0, 0), (launches.Recorded, launches.Replayed));
        Assert.Contains("cannot be recorded", launches.Refusal, StringComparison.Ordinal);
        Assert.Contains("not recording", launches.ToString(), StringComparison.Ordinal);
    }

    [MockFact]
    public void Drafts_AreRecordedToo()
    {
        MockGpu.Reset();
        using var model = Load(out var launches);
        using var session = new Session(model, 64);
        var logits = new float[model.Info.VocabSize];
        for (int i = 0; i < 3; i++)
        {
            session.Forward([3 + i], logits);
            session.Draft([4 + i], logits);
        }

        Assert.Equal((2, 4, null), (launches.Recorded, launches.Replayed, launches.Refusal));
    }

    [MockFact]
    public void ASecondStart_AsksNeitherIlgpuNorTheAssembler()
    {
        MockGpu.Reset();
        var first = Once();
        Assert.True(first.Compiled > 20, first.ToString());
        MockGpu.ClearLog();
        var second = Once();
        Assert.Equal(0, second.Compiled);
        Assert.InRange(second.Cached, 20, first.Compiled);
        Assert.DoesNotContain(MockGpu.Log, l => l.StartsWith("assemble", StringComparison.Ordinal));
    }

    [PtxasFact]
    public void EveryKernelOfTheModel_IsTakenByAnAssembler()
    {
        if (MockGpu.Skip is not null) return;
        MockGpu.Reset();
        MockGpu.AssembleWith(Ptxas.Path);
        Assert.True(Once().Compiled > 20);
    }

    [MockFact]
    public void TooLittleMemory_IsOneSentenceWithBothNumbers_AndNothingStaysAllocated()
    {
        MockGpu.Reset(("memory", 100_000));
        string message = Assert.Throws<DeviceException>(() => Load(out _)).Message;
        Assert.Contains("100000", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(0, MockGpu.Allocated);
    }

    [MockFact]
    public void ALongPrompt_IsOneStep()
    {
        MockGpu.Reset();
        using var model = Load(out _);
        using var session = new Session(model, 4096);
        Assert.Equal(4096, session.Chunk);
        var logits = new float[model.Info.VocabSize];
        int[] prompt = [.. Enumerable.Repeat(1, 3000)];
        session.Forward(prompt, logits);
        session.Rewind(0);
        MockGpu.ClearLog();
        session.Forward(prompt, logits);
        string[] log = MockGpu.Log;
        Assert.Equal("copy 12016", log[0]);
        Assert.Single(log, l => l == "synchronize");
        // The plain kernel, which a float32 cache has: a head is a group, a layer a launch.
        Assert.Equal(3, log.Count(l => l.StartsWith("launch Kernel_Heads grid 4,1,1 ", StringComparison.Ordinal)));
        Assert.Equal(3, log.Count(l => l.StartsWith("launch Kernel_Heads ", StringComparison.Ordinal)));
    }

    /// <summary>Working memory is what the plan says: a pass of the longest chunk at the end of the context allocates no byte more than there is.</summary>
    [MockFact]
    public void AChunk_IsAsLongAsMemoryAllows_AndTooLittleIsOneSentence()
    {
        const int Context = 5000;
        var chunks = new List<int>();
        string message = "";
        for (long memory = 1 << 22; memory < 1 << 28 && (chunks.Count == 0 || chunks[^1] < 4096); memory += memory / 8)
        {
            MockGpu.Reset(("memory", memory));
            try
            {
                using var model = Load(out _);
                using var session = new Session(model, Context);
                var logits = new float[session.Chunk * model.Info.VocabSize];
                session.Forward([.. Enumerable.Repeat(1, Context - session.Chunk)], logits);
                session.Forward([.. Enumerable.Repeat(1, session.Chunk)], logits, LogitRows.All);
                Assert.InRange(MockGpu.Allocated, 1, memory);
                chunks.Add(session.Chunk);
            }
            catch (DeviceException e)
            {
                Assert.Empty(chunks);
                message = e.Message;
            }
        }

        Assert.Equal([512, 1024, 2048, 4096], chunks.Distinct());
        Assert.Contains("with a context of 5000 tokens needs", message, StringComparison.Ordinal);
        Assert.Contains("ask for a shorter context", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Dispose();
    }

    private static string[] Step(Session session, float[] logits)
    {
        MockGpu.ClearLog();
        session.Forward([9], logits);
        return MockGpu.Log;
    }

    private static string[] Launches(string[] log) => [.. log.Where(l => l.StartsWith("launch", StringComparison.Ordinal))];

    private CompiledModel Load(out LaunchReport launches)
    {
        var model = ModelLoader.Load(_folder.Path, new LoadOptions { Device = "cuda:0", Threads = 1, VectorWidth = 0 }, out var report);
        launches = report.Launches!;
        return model;
    }

    private LaunchReport Once()
    {
        using var model = Load(out var launches);
        using var session = new Session(model, 64);
        var logits = new float[model.Info.VocabSize];
        session.Forward([1, 2, 3, 4, 5, 6, 7, 8], logits);
        session.Forward([9], logits);
        return launches;
    }
}
