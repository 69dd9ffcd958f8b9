using System.Text.Json;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The golden cases and the sample model on an OpenCL device.</summary>
public class OpenClTests
{
    public static TheoryData<string> Cases => [.. GoldenFiles.Cases.Where(c => c != "train")];

    [OpenClTheory]
    [MemberData(nameof(Cases))]
    public void CompiledModel_MatchesGoldenNumbers(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load("opencl");
        Assert.StartsWith("opencl:", model.Device, StringComparison.Ordinal);
        GoldenRun.Check(golden, model, Tolerances.DeviceLogits);
    }

    [OpenClFact]
    public void Bf16Cache_StaysCloseToFloat32()
    {
        using var golden = new GoldenCase("v3-tiny");
        using var model = golden.Load(new LoadOptions { Device = "opencl", Cache = NumberFormat.BF16 });
        foreach (var form in new[] { AttentionForm.Expanded, AttentionForm.Absorbed })
        {
            using var session = new Session(model, 512) { Form = form };
            var logits = new float[golden.Prompt.Length * model.Info.VocabSize];
            session.Forward(golden.Prompt, logits, LogitRows.All);
            Compare.Rows(golden.Floats("logits"), logits, model.Info.VocabSize, $"bf16 cache, {form}", Tolerances.Bf16Cache);
        }
    }

    /// <summary>A step of more tokens than a step of the host has: the golden prompt over and over. All rows of logits come in turns.</summary>
    [OpenClFact]
    public void ALongPrompt_GoesThroughTogether()
    {
        const string name = "v3-mtp";
        const int Tokens = 600;
        using var golden = new GoldenCase(name);
        int[] prompt = [.. Enumerable.Range(0, Tokens).Select(i => golden.Prompt[i % golden.Prompt.Length])];
        using CompiledModel host = golden.Load("host"), device = golden.Load("opencl");
        int vocabulary = host.Info.VocabSize;
        float[] expected = new float[Tokens * vocabulary], logits = new float[expected.Length], next = new float[vocabulary], nextOnDevice = new float[vocabulary];
        using (var session = new Session(host, Tokens + 1))
        {
            Assert.Equal(CompiledModel.MaxChunk, session.Chunk);
            session.Forward(prompt, expected, LogitRows.All);
            session.Forward([prompt[0]], next);
        }

        using (var session = new Session(device, Tokens + 1))
        {
            Assert.Equal(1024, session.Chunk);
            session.Progress = (done, _) => Assert.Fail($"The prompt was cut at {done} tokens.");
            session.Forward(prompt, logits, LogitRows.All);
            session.Forward([prompt[0]], nextOnDevice);
        }

        Compare.Rows(expected, logits, vocabulary, $"{name}, {Tokens} tokens", Tolerances.DeviceLogits);
        Compare.Rows(next, nextOnDevice, vocabulary, $"{name}, behind {Tokens} tokens", Tolerances.DeviceLogits);
    }

    /// <summary>From eight heads on the host takes another way through decode attention (the golden models have fewer); a device's pass knows nothing of it.</summary>
    [OpenClFact]
    public void SixteenHeads_MatchTheReference() =>
        UnseenConfiguration.Check("16 heads", "num_hidden_layers=2 num_attention_heads=16 num_key_value_heads=16", "opencl", new LoadOptions { Device = "opencl", Threads = 2 });

    [OpenClFact]
    public void SampleModel_TellsTheGoldenStories_PlainAndSpeculative()
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Device = "opencl", Threads = 1 });
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Folder, "..", "story-model", "golden.json")));
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            foreach (int? depth in new int?[] { null, 3 }) SampleModelTests.Continue(model, prompt, depth);
        }
    }

    [OpenClFact]
    public void TwoSessions_DoNotDisturbEachOther()
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Device = "opencl", Threads = 1 });
        int vocabulary = model.Info.VocabSize;
        float[] alone = new float[vocabulary], first = new float[vocabulary], second = new float[vocabulary];
        using (var session = new Session(model, 64))
        {
            session.Forward([5, 6, 7], alone);
            session.Forward([8], alone);
        }

        using var a = new Session(model, 64);
        using var b = new Session(model, 64);
        a.Forward([5, 6, 7], first);
        b.Forward([9, 10, 11, 12, 13, 14], second);
        a.Forward([8], first);
        Assert.Equal(alone, first);
    }

    /// <summary>Drivers read the tokens of a step on their own threads: what they read must not move. Young memory moves most, so every step has a session
    /// of its own.</summary>
    [OpenClFact]
    public void Steps_AreRight_WhileTheCollectorMovesMemory()
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { Device = "opencl", Threads = 1 });
        using var stop = new CancellationTokenSource();
        int[] tokens = [5, 6, 7];
        var expected = new float[model.Info.VocabSize];
        using (var session = new Session(model, 64)) session.Forward(tokens, expected);
        var mover = Task.Run(() => MoveMemory(stop.Token));
        try
        {
            var logits = new float[expected.Length];
            for (int i = 0; i < 200; i++)
            {
                using var session = new Session(model, 64);
                session.Forward(tokens, logits);
                Assert.Equal(expected, logits);
            }
        }
        finally
        {
            stop.Cancel();
            mover.Wait();
        }
    }

    // Holes between living objects give the collector something to move.
    private static void MoveMemory(CancellationToken stop)
    {
        var kept = new byte[64][];
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            var piece = new byte[1000];
            if (i % 16 == 0) kept[i / 16 % kept.Length] = piece;
            if (i % 1000 == 0) GC.Collect(0);
        }
    }
}
