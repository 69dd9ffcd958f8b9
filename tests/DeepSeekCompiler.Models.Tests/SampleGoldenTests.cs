using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The sample model's golden stories are those of the reference in double: greedy continuations, and the MTP module's drafts along them.</summary>
public class SampleGoldenTests
{
    internal static readonly string File = Path.GetFullPath(Path.Combine(GoldenFiles.Folder, "..", "story-model", "golden.json"));

    private const int Tokens = 64;
    private static readonly JsonSerializerOptions s_lines = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>After the sample was trained anew, <c>DSC_WRITE_GOLDEN=1</c> writes the file's numbers from its prompts.</summary>
    [Fact]
    public void GoldenStories_AreTheReferences()
    {
        var golden = JsonNode.Parse(System.IO.File.ReadAllText(File))!;
        var spec = CheckpointSpec.Read(SampleModelTests.Folder);
        var tokenizer = ModelTokenizer.Load(SampleModelTests.Folder);
        using var weights = new ReferenceWeights(SampleModelTests.Folder);
        var told = golden["prompts"]!.AsArray().Select(p => Tell(new ReferenceModel(spec, weights), tokenizer, p!["title"]!.GetValue<string>(), p["text"]!.GetValue<string>())).ToArray();
        if (Environment.GetEnvironmentVariable("DSC_WRITE_GOLDEN") == "1") System.IO.File.WriteAllText(File, $"{{\"prompts\": [\n{string.Join(",\n", told.Select(p => p.ToJsonString(s_lines)))}\n]}}\n");
        else Assert.Equal(golden["prompts"]!.ToJsonString(), new JsonArray(told).ToJsonString());
    }

    private static JsonObject Tell(ReferenceModel model, ModelTokenizer tokenizer, string title, string text)
    {
        int[] prompt = [tokenizer.BosId!.Value, .. tokenizer.Encode(text)];
        var all = prompt.ToList();
        double[] logits = [];
        foreach (int token in prompt) logits = model.Step(token);
        double gap = double.PositiveInfinity;
        while (all.Count < prompt.Length + Tokens)
        {
            gap = Math.Min(gap, Gap(logits));
            all.Add(Best(logits));
            logits = model.Step(all[^1]);
        }

        var drafts = new List<int>();
        for (int i = 0; i + 2 < all.Count; i++)
        {
            int draft = Best(model.Draft(i, all[i + 1]));
            if (i + 1 >= prompt.Length) drafts.Add(draft);
        }

        int[] greedy = [.. all.Skip(prompt.Length)];
        return new JsonObject
        {
            ["title"] = title, ["text"] = text, ["token_ids"] = Numbers(prompt), ["greedy_token_ids"] = Numbers(greedy), ["greedy_text"] = tokenizer.Decode(greedy),
            ["mtp_draft_token_ids"] = Numbers(drafts), ["smallest_top2_gap"] = Math.Round(gap, 5),
        };
    }

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(n => JsonValue.Create(n))]);

    private static int Best(double[] logits) => Array.IndexOf(logits, logits.Max());

    private static double Gap(double[] logits)
    {
        double most = logits.Max();
        return most - logits.Where(l => l < most).Max();
    }
}
