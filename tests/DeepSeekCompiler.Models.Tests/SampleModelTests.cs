using System.Text.Json;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The trained sample model against its golden prompts, token for token.</summary>
public class SampleModelTests
{
    internal static readonly string Folder = Path.GetFullPath(Path.Combine(GoldenFiles.Folder, "..", "..", "..", "samples", "story-model"));

    [Fact]
    public void GoldenPrompts_ContinueTokenForToken_PlainAndSpeculative()
    {
        using var model = ModelLoader.Load(Folder, new LoadOptions { Threads = 2 });
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Folder, "..", "story-model", "golden.json")));
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            foreach (bool speculative in new[] { false, true }) Continue(model, prompt, speculative);
        }
    }

    internal static void Continue(CompiledModel model, JsonElement prompt, bool speculative)
    {
        int[] tokens = Numbers(prompt, "token_ids"), expected = Numbers(prompt, "greedy_token_ids");
        using var session = new Session(model, 512);
        var produced = new List<int>();
        var statistics = new TextGenerator(new SessionSequence(session), new GenerationOptions { MaxTokens = expected.Length, Speculative = speculative }).Run(tokens, produced.Add);
        Assert.Equal(expected, produced);
        if (speculative) Assert.True(statistics.Accepted > 0, "no draft was accepted");
    }

    [Fact]
    public void MtpDrafts_AreTheGoldenOnes()
    {
        using var model = ModelLoader.Load(Folder, new LoadOptions { Threads = 2 });
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

    private static int[] Numbers(JsonElement prompt, string name) => [.. prompt.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
