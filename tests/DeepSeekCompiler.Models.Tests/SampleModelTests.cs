using System.Text.Json;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The trained sample model against its golden prompts, token for token.</summary>
public class SampleModelTests
{
    private static readonly string s_folder = Path.GetFullPath(Path.Combine(GoldenFiles.Folder, "..", "..", "..", "samples", "story-model"));

    [Fact]
    public void GoldenPrompts_ContinueTokenForToken_PlainAndSpeculative()
    {
        using var model = ModelLoader.Load(s_folder, new LoadOptions { Threads = 2 });
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Folder, "..", "story-model", "golden.json")));
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            int[] tokens = Numbers(prompt, "token_ids"), expected = Numbers(prompt, "greedy_token_ids");
            foreach (bool speculative in new[] { false, true })
            {
                using var session = new Session(model, 512);
                var produced = new List<int>();
                var statistics = new TextGenerator(new SessionSequence(session), new GenerationOptions { MaxTokens = expected.Length, Speculative = speculative }).Run(tokens, produced.Add);
                Assert.Equal(expected, produced);
                if (speculative) Assert.True(statistics.Accepted > 0, "no draft was accepted");
            }
        }
    }

    [Fact]
    public void MtpDrafts_AreTheGoldenOnes()
    {
        using var model = ModelLoader.Load(s_folder, new LoadOptions { Threads = 2 });
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Folder, "..", "story-model", "golden.json")));
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            int[] tokens = Numbers(prompt, "token_ids"), greedy = Numbers(prompt, "greedy_token_ids"), drafts = Numbers(prompt, "mtp_draft_token_ids");
            using var session = new Session(model, 512);
            var logits = new float[model.Info.VocabSize];
            session.Forward(tokens, logits, LogitRows.Last, fillDraft: true);
            for (int j = 0; j < drafts.Length && j < greedy.Length - 1; j++)
            {
                session.Draft([greedy[j]], logits);
                Assert.Equal(drafts[j], Sampler.Best(logits));
                session.Forward([greedy[j]], logits);
            }
        }
    }

    [Fact]
    public void Decode_AllocatesNothing()
    {
        using var model = ModelLoader.Load(s_folder, new LoadOptions { Threads = 2 });
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

    private static int[] Numbers(JsonElement prompt, string name) => [.. prompt.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
