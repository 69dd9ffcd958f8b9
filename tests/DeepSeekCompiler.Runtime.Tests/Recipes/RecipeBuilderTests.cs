using System.Text.Json.Nodes;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Recipes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Recipes;

public class RecipeBuilderTests
{
    public static TheoryData<string> Cases => [.. GoldenFiles.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryGoldenRecipe_FollowsFromItsConfig(string name)
    {
        var golden = Recipe.Load(GoldenFiles.Path(name, "recipe.json"));
        var config = File.ReadAllText(GoldenFiles.Path(name, "config.json"));
        var format = name.Contains("fp8") ? RecipeFormat.Fp8 : name.Contains("bf16") ? RecipeFormat.BF16 : RecipeFormat.F32;

        var made = RecipeBuilder.FromConfig(config, golden.Seed, format, Options(name, golden.Files.Count));

        Assert.Equal(golden.Seed, made.Seed);
        Assert.Equal(golden.Tensors.Select(Line), made.Tensors.Select(Line));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AdjustedConfig_ToItsOwnFormat_ChangesNothing(string name)
    {
        var config = File.ReadAllText(GoldenFiles.Path(name, "config.json"));
        var format = name.Contains("fp8") ? RecipeFormat.Fp8 : name.Contains("bf16") ? RecipeFormat.BF16 : RecipeFormat.F32;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(config), JsonNode.Parse(RecipeCheckpoint.AdjustConfig(config, format))));
    }

    [Fact]
    public void AdjustedConfig_ToAnotherFormat_NamesIt()
    {
        var config = File.ReadAllText(GoldenFiles.Path("v3-fp8", "config.json"));

        var adjusted = JsonNode.Parse(RecipeCheckpoint.AdjustConfig(config, RecipeFormat.F32))!;
        var newer = JsonNode.Parse(RecipeCheckpoint.AdjustConfig("""{"dtype":"float16"}""", RecipeFormat.Fp8))!;

        Assert.Equal("float32", (string?)adjusted["torch_dtype"]);
        Assert.Null(adjusted["quantization_config"]);
        Assert.Equal("bfloat16", (string?)newer["dtype"]);
        Assert.Null(newer["torch_dtype"]);
        Assert.Equal("[128,128]", newer["quantization_config"]!["weight_block_size"]!.ToJsonString());
    }

    [Fact]
    public void TiedEmbeddings_HaveNoHead_AndThePredictionHeadIsTheEmbedding()
    {
        var config = Change("v3-mtp", c => c["tie_word_embeddings"] = true);

        var recipe = RecipeBuilder.FromConfig(config, 1, RecipeFormat.BF16);

        Assert.DoesNotContain(recipe.Tensors, t => t.Name == "lm_head.weight");
        Assert.Equal("model.embed_tokens.weight", recipe.Tensors.Single(t => t.Name == "model.layers.3.shared_head.head.weight").ValuesOf);
    }

    [Fact]
    public void MoeLayerFrequency_DecidesWhichLayersHaveExperts()
    {
        var config = Change("v3-mtp", c => (c["moe_layer_freq"], c["num_hidden_layers"], c["num_nextn_predict_layers"]) = (2, 5, 1));

        var recipe = RecipeBuilder.FromConfig(config, 1, RecipeFormat.F32);

        int[] gated = [.. recipe.Tensors.Where(t => t.Name.EndsWith("mlp.gate.weight", StringComparison.Ordinal)).Select(t => t.Name.Split('.')[2]).Select(int.Parse)];
        Assert.Equal([2, 4, 5], gated);
    }

    [Theory]
    [InlineData("hidden_size", "null", "hidden_size")]
    [InlineData("kv_lora_rank", "0", "kv_lora_rank")]
    [InlineData("num_hidden_layers", "-1", "num_hidden_layers")]
    [InlineData("v_head_dim", "1.5", "v_head_dim")]
    [InlineData("vocab_size", "\"many\"", "vocab_size")]
    [InlineData("n_routed_experts", "[4]", "n_routed_experts")]
    public void ImpossibleSize_IsNamed(string key, string value, string named)
    {
        var config = Change("v3-tiny", c => c[key] = JsonNode.Parse(value));

        var error = Assert.Throws<CheckpointException>(() => RecipeBuilder.FromConfig(config, 1, RecipeFormat.F32));

        Assert.Contains(named, error.Message);
    }

    [Fact]
    public void Folder_HasConfigAndWeights()
    {
        using var folder = new TempFolder();
        var config = File.ReadAllText(GoldenFiles.Path("train", "config.json"));

        var recipe = RecipeCheckpoint.Create(config, 1000, RecipeFormat.BF16, folder["made"]);

        Assert.Equal("bfloat16", (string?)JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(folder["made"], "config.json")))!["torch_dtype"]);
        Assert.True(new FileInfo(System.IO.Path.Combine(folder["made"], "model.safetensors")).Length > recipe.TotalSize);
    }

    // Two of the cases want other numbers than the rest: one tests negative choice scores, one has a scaling factor of 16.
    private static RecipeOptions Options(string name, int shards) => name switch
    {
        "v3-negbias" => new() { Shards = shards, BiasOffset = -0.9 },
        "v2-grouped" => new() { Shards = shards, ExpertDownGain = 0.18 },
        _ => new() { Shards = shards },
    };

    private static string Change(string name, Action<JsonNode> change)
    {
        var config = JsonNode.Parse(File.ReadAllText(GoldenFiles.Path(name, "config.json")))!;
        change(config);
        return config.ToJsonString();
    }

    private static string Line(RecipeTensor t) =>
        FormattableString.Invariant($"{t.Name} {t.Type} [{string.Join(",", t.Shape)}] {t.Scale:R} {t.Offset:R} {t.File} {t.ValuesOf} {t.ScalesOf}");
}
