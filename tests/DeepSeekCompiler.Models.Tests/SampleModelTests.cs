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
            foreach (int? depth in new int?[] { null, 1, 3, 5, 0 }) Continue(model, prompt, depth);
        }
    }

    /// <summary>Plainly (null), with so many drafts a step, or (0) with as many as are worth it, which on a busy machine may be none.</summary>
    internal static void Continue(CompiledModel model, JsonElement prompt, int? depth)
    {
        int[] tokens = Numbers(prompt, "token_ids"), expected = Numbers(prompt, "greedy_token_ids");
        using var session = new Session(model, 512);
        var produced = new List<int>();
        var statistics = new TextGenerator(new SessionSequence(session), new GenerationOptions { MaxTokens = expected.Length, Speculative = depth is not null, DraftDepth = depth ?? 0 }).Run(tokens, produced.Add);
        Assert.Equal(expected, produced);
        if (depth > 0) Assert.True(statistics.Accepted > 0, "no draft was accepted");
        if (depth > 1) Assert.True(statistics.ByDepth[1].Accepted > 0, "no draft from the module's own hidden state was accepted");
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
