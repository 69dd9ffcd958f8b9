using System.Globalization;
using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tests.Support;

namespace DeepSeekCompiler.Generators.Tests;

// The attributes have enumerations of the same names in an enclosing namespace.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

public sealed class ConfigReaderTests
{
    public static TheoryData<string> Golden => [.. Files.ConfigNames("golden-"), "sample-model"];

    public static TheoryData<string> Public => [.. Files.ConfigNames("public-")];

    [Theory]
    [MemberData(nameof(Golden))]
    [MemberData(nameof(Public))]
    public void EveryPublishedConfig_IsRead(string name)
    {
        var result = ConfigReader.Read(Files.Config(name), "M", "N");
        Assert.Empty(result.Problems);
        Assert.Equal(("M", "N"), (result.Spec!.ClassName, result.Spec.Namespace));
    }

    [Fact]
    public void TheSampleModel_IsReadInEveryField()
    {
        var expected = new ModelSpec
        {
            ClassName = "Sample",
            Namespace = "",
            Family = "deepseek_v3",
            HiddenSize = 192,
            NumHiddenLayers = 4,
            VocabSize = 1024,
            MaxPositionEmbeddings = 512,
            IntermediateSize = 512,
            RmsNormEps = 1e-6,
            TieWordEmbeddings = false,
            Attention = new LatentAttentionSpec
            {
                NumAttentionHeads = 6, QLoraRank = 96, KvLoraRank = 64, QkNopeHeadDim = 32, QkRopeHeadDim = 16, VHeadDim = 32,
            },
            Rope = new() { Theta = 10000, Yarn = null },
            Experts = new()
            {
                NRoutedExperts = 16, NumExpertsPerTok = 4, NSharedExperts = 1, MoeIntermediateSize = 48, NGroup = 4, TopkGroup = 2,
                ScoringFunc = ScoringFunc.Sigmoid, TopkMethod = TopkMethod.NoAuxTc, NormTopkProb = true, RoutedScalingFactor = 2.5,
                FirstKDenseReplace = 1, MoeLayerFreq = 1,
            },
            NumNextnPredictLayers = 1,
            Formats = new() { Linear = NumberFormat.BF16, Other = NumberFormat.BF16 },
        };
        Assert.Equal(expected, ConfigReader.Read(Files.Config("sample-model"), "Sample", "").Spec);
    }

    [Fact]
    public void YarnOfV2Lite_IsReadWithBothScales() => Assert.Equal(
        new YarnSpec { Factor = 40, OriginalMaxPositionEmbeddings = 512, BetaFast = 32, BetaSlow = 1, Mscale = 0.707, MscaleAllDim = 0.707 },
        Read("golden-v2lite-yarn").Rope.Yarn);

    [Theory]
    [InlineData("golden-v3-fp8", NumberFormat.E4M3, NumberFormat.BF16)]
    [InlineData("golden-v3-tiny", NumberFormat.F32, NumberFormat.F32)]
    [InlineData("golden-v3-sharded-bf16", NumberFormat.BF16, NumberFormat.BF16)]
    public void Formats_FollowTypeAndQuantization(string name, NumberFormat linear, NumberFormat other)
    {
        var formats = Read(name).Formats;
        Assert.Equal((linear, other, NumberFormat.F32, Fp8Policy.WeightOnly), (formats.Linear, formats.Other, formats.Bias, formats.Fp8));
    }

    [Theory]
    [InlineData("golden-v2-grouped", false, 16)]
    [InlineData("golden-v2-grouped", true, 1)]
    [InlineData("golden-v3-tiny", true, 2.5)]
    [InlineData("golden-v3-tiny", false, 2.5)]
    public void TheScale_AppliesToNormalisedWeightsInV3Only(string name, bool normalised, double scale)
    {
        var json = Files.Config(name);
        foreach (var old in new[] { "true", "false" })
        {
            json = json.Replace($"\"norm_topk_prob\": {old}", $"\"norm_topk_prob\": {(normalised ? "true" : "false")}", StringComparison.Ordinal);
        }

        Assert.Equal(scale, ConfigReader.Read(json, "M", "").Spec!.Experts!.EffectiveScale);
    }

    [Fact]
    public void ASingleExpert_IsNotNormalisedSoV2ScalesIt()
    {
        var experts = Parse("deepseek_v2", ",\"n_routed_experts\":8,\"num_experts_per_tok\":1,\"norm_topk_prob\":true,\"routed_scaling_factor\":3").Experts!;
        Assert.Equal((false, 3), (experts.Normalizes, experts.EffectiveScale));
    }

    [Fact]
    public void AbsentKeysOfV2_TakeTheDefaultsOfItsClass()
    {
        var spec = Parse("deepseek_v2", ",\"n_routed_experts\":8,\"num_experts_per_tok\":2,\"q_lora_rank\":null,\"n_group\":null");
        var latent = Assert.IsType<LatentAttentionSpec>(spec.Attention);
        Assert.Equal((0, 512, 128, 64, 128), (latent.QLoraRank, latent.KvLoraRank, latent.QkNopeHeadDim, latent.QkRopeHeadDim, latent.VHeadDim));
        var experts = spec.Experts!;
        Assert.Equal((ScoringFunc.Softmax, TopkMethod.Greedy), (experts.ScoringFunc, experts.TopkMethod));
        Assert.Equal((false, 1, 0), (experts.NormTopkProb, experts.NGroup, experts.NSharedExperts));
        Assert.Equal((2048, 1e-6, 10000), (spec.MaxPositionEmbeddings, spec.RmsNormEps, spec.Rope.Theta));
    }

    [Fact]
    public void AbsentKeysOfV3_TakeTheDefaultsOfItsClass()
    {
        var experts = Parse("deepseek_v3", "").Experts!;
        Assert.Equal((256, 8, 1, 2048), (experts.NRoutedExperts, experts.NumExpertsPerTok, experts.NSharedExperts, experts.MoeIntermediateSize));
        Assert.Equal((8, 4, 3), (experts.NGroup, experts.TopkGroup, experts.FirstKDenseReplace));
        Assert.Equal((ScoringFunc.Sigmoid, TopkMethod.NoAuxTc), (experts.ScoringFunc, experts.TopkMethod));
        Assert.Equal((true, 2.5), (experts.NormTopkProb, experts.RoutedScalingFactor));
    }

    [Fact]
    public void AModelWithoutRoutedExperts_IsDense() => Assert.Null(Parse("deepseek_v2", "").Experts);

    [Fact]
    public void GreedySelection_HasOneGroupWhateverTheFileSays()
    {
        var experts = Parse("deepseek_v2", ",\"n_routed_experts\":8,\"num_experts_per_tok\":6,\"n_group\":4,\"topk_group\":2").Experts!;
        Assert.Equal((1, 1), (experts.NGroup, experts.TopkGroup));
    }

    [Theory]
    [InlineData(",\"rope_theta\":500", 500)]
    [InlineData(",\"rope_parameters\":{\"rope_theta\":600,\"rope_type\":\"default\"}", 600)]
    [InlineData(",\"rope_scaling\":{\"type\":\"default\"}", 10000)]
    [InlineData(",\"rope_scaling\":null", 10000)]
    public void Theta_IsFoundInBothPlaces(string more, double theta)
    {
        var rope = Parse("deepseek_v3", more).Rope;
        Assert.Equal((theta, null), (rope.Theta, rope.Yarn));
    }

    [Theory]
    [InlineData("rope_scaling", "\"type\":\"yarn\"")]
    [InlineData("rope_scaling", "\"rope_type\":\"yarn\"")]
    [InlineData("rope_scaling", "\"type\":\"yarn\",\"rope_type\":\"yarn\"")]
    [InlineData("rope_parameters", "\"rope_type\":\"yarn\",\"rope_theta\":10000")]
    public void Yarn_IsKnownInEverySpelling(string key, string type) => Assert.Equal(
        new YarnSpec { Factor = 4, OriginalMaxPositionEmbeddings = 4096, BetaFast = 32, BetaSlow = 1, Mscale = 1, MscaleAllDim = 0 },
        Parse("deepseek_v3", $",\"{key}\":{{{type},\"factor\":4}}").Rope.Yarn);

    [Theory]
    [InlineData("dtype", "bfloat16", NumberFormat.BF16)]
    [InlineData("torch_dtype", "float16", NumberFormat.F16)]
    [InlineData("dtype", "float32", NumberFormat.F32)]
    public void TheType_IsKnownInBothSpellings(string key, string value, NumberFormat format) =>
        Assert.Equal(format, Parse("deepseek_v3", $",\"{key}\":\"{value}\"").Formats.Linear);

    [Fact]
    public void LayerTypes_GiveTheDenseLayers() =>
        Assert.Equal(2, Parse("glm4_moe_lite", ",\"mlp_layer_types\":[\"dense\",\"dense\",\"sparse\",\"sparse\"]").Experts!.FirstKDenseReplace);

    [Fact]
    public void ACultureWithCommas_ChangesNothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NegativeSign = "\u2212";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(0.707, Read("golden-v2lite-yarn").Rope.Yarn!.Mscale);
            var problem = Assert.Single(Bad(",\"routed_scaling_factor\":-1.5").Problems);
            Assert.Contains("routed_scaling_factor is -1.5", problem.Message, StringComparison.Ordinal);
            Assert.Same(culture, CultureInfo.CurrentCulture);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void AProblem_HasPathLineAndColumn()
    {
        var problem = Assert.Single(Bad(",\n  \"rope_scaling\": {\"type\": \"yarn\",\n    \"factor\": 0.5}").Problems);
        Assert.Equal((ProblemCode.NumberOutOfRange, "rope_scaling.factor", 3, 15), (problem.Code, problem.Key, problem.Line, problem.Column));
        Assert.StartsWith("rope_scaling.factor is 0.5", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", NumberFormat.F32)]
    [InlineData("[\"lm_head\", \"model.layers.0.mlp.gate\"]", NumberFormat.F32)]
    [InlineData("[\"gate\", \"embed_tokens\"]", NumberFormat.E4M3)]
    public void AHeadThatNoListExcepts_IsFp8(string exceptions, NumberFormat head)
    {
        var result = ConfigReader.Read(Minimal("deepseek_v3", $",\"quantization_config\":{{\"quant_method\":\"fp8\",\"weight_block_size\":[128,128],\"modules_to_not_convert\":{exceptions}}}"), "M", "");

        Assert.Empty(result.Problems);
        Assert.Equal(head, result.Spec!.Formats.Head);
    }

    [Theory]
    [InlineData(",\"n_group\":6", ProblemCode.ExpertGroups, "n_group is 6, which does not divide the 256")]
    [InlineData(",\"topk_group\":9", ProblemCode.KeptGroups, "topk_group is 9, but there are only 8 groups (n_group)")]
    [InlineData(",\"num_experts_per_tok\":129", ProblemCode.ActiveExperts, "hold only 128")]
    [InlineData(",\"first_k_dense_replace\":5", ProblemCode.DenseLayers, "only 4 layers (num_hidden_layers)")]
    [InlineData(",\"qk_rope_head_dim\":7", ProblemCode.OddRopeWidth, "qk_rope_head_dim is 7")]
    [InlineData(",\"v_head_dim\":0", ProblemCode.SizeOutOfRange, "v_head_dim is 0")]
    [InlineData(",\"kv_lora_rank\":1.5", ProblemCode.ConfigType, "kv_lora_rank is 1.5; a whole number")]
    [InlineData(",\"kv_lora_rank\":1e300", ProblemCode.ConfigType, "kv_lora_rank is 1e300")]
    [InlineData(",\"kv_lora_rank\":[4]", ProblemCode.ConfigType, "kv_lora_rank must be a whole number, not a list")]
    [InlineData(",\"norm_topk_prob\":1", ProblemCode.ConfigType, "norm_topk_prob must be true or false")]
    [InlineData(",\"scoring_func\":\"tanh\"", ProblemCode.UnknownValue, "can be softmax, sigmoid")]
    [InlineData(",\"topk_method\":\"random\"", ProblemCode.UnknownValue, "topk_method is \"random\"")]
    [InlineData(",\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}", ProblemCode.UnknownValue, "rope_scaling.type is \"linear\"")]
    [InlineData(",\"rope_scaling\":{\"type\":\"yarn\",\"rope_type\":\"linear\"}", ProblemCode.Contradiction, "rope_scaling.type is yarn")]
    [InlineData(",\"rope_scaling\":{\"factor\":2}", ProblemCode.MissingSetting, "a factor but no type")]
    [InlineData(",\"rope_scaling\":{\"type\":\"yarn\"}", ProblemCode.MissingSetting, "rope_scaling.factor is missing")]
    [InlineData(",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":2,\"truncate\":false}", ProblemCode.Unsupported, "truncate is false")]
    [InlineData(",\"rope_scaling\":4", ProblemCode.ConfigType, "rope_scaling must be an object or null")]
    [InlineData(",\"rope_theta\":1,\"rope_parameters\":{\"rope_theta\":2}", ProblemCode.Contradiction, "rope_parameters.rope_theta is 2, but rope_theta is 1")]
    [InlineData(",\"hidden_act\":\"gelu\"", ProblemCode.Unsupported, "hidden_act")]
    [InlineData(",\"attention_bias\":true", ProblemCode.Unsupported, "attention_bias is the flag true")]
    [InlineData(",\"rope_interleave\":false", ProblemCode.Unsupported, "rope_interleave")]
    [InlineData(",\"partial_rotary_factor\":0.5", ProblemCode.Unsupported, "partial_rotary_factor is the number 0.5")]
    [InlineData(",\"index_topk\":2048", ProblemCode.Unsupported, "sparse attention")]
    [InlineData(",\"num_key_value_heads\":2", ProblemCode.Contradiction, "num_key_value_heads is 2, but num_attention_heads is 4")]
    [InlineData(",\"qk_head_dim\":100", ProblemCode.Contradiction, "qk_nope_head_dim + qk_rope_head_dim is 192")]
    [InlineData(",\"head_dim\":100", ProblemCode.Contradiction, "head_dim is 100")]
    [InlineData(",\"torch_dtype\":\"int8\"", ProblemCode.UnknownValue, "torch_dtype is \"int8\"")]
    [InlineData(",\"torch_dtype\":\"float32\",\"dtype\":\"bfloat16\"", ProblemCode.Contradiction, "dtype is bfloat16, but torch_dtype is float32")]
    [InlineData(",\"architectures\":[\"LlamaForCausalLM\"]", ProblemCode.Contradiction, "LlamaForCausalLM")]
    [InlineData(",\"quantization_config\":{\"quant_method\":\"gptq\"}", ProblemCode.Unsupported, "\"gptq\"")]
    [InlineData(",\"quantization_config\":{\"quant_method\":\"fp8\",\"fmt\":\"e5m2\",\"weight_block_size\":[128,128]}", ProblemCode.Unsupported, "\"e5m2\"")]
    [InlineData(",\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[64,128]}", ProblemCode.Fp8Block, "weight_block_size is [64, 128]")]
    [InlineData(",\"quantization_config\":{\"quant_method\":\"fp8\"}", ProblemCode.Fp8Block, "not given")]
    [InlineData(",\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[128,128],\"modules_to_not_convert\":[\"model.layers.0.mlp.up_proj\"]}", ProblemCode.Unsupported, "up_proj")]
    [InlineData(",\"num_nextn_predict_layers\":2", ProblemCode.MultiTokenPrediction, "num_nextn_predict_layers is 2")]
    [InlineData(",\"num_nextn_predict_layers\":1,\"tie_word_embeddings\":true", ProblemCode.MultiTokenPrediction, "tie_word_embeddings")]
    [InlineData(",\"mlp_layer_types\":[\"dense\"]", ProblemCode.Contradiction, "names 1 layers")]
    [InlineData(",\"vocab_size\":5", ProblemCode.ConfigSyntax, "\"vocab_size\" is there twice")]
    public void ABadValue_IsOneProblemWithItsReason(string more, string code, string says)
    {
        var result = Bad(more);
        var problem = Assert.Single(result.Problems);
        Assert.Equal(code, problem.Code);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.Null(result.Spec);
    }

    [Theory]
    [InlineData("hidden_size")]
    [InlineData("num_hidden_layers")]
    [InlineData("vocab_size")]
    [InlineData("intermediate_size")]
    [InlineData("num_attention_heads")]
    public void ASizeThatGivesTheModelItsIdentity_IsNeverAssumed(string key)
    {
        var json = Minimal("deepseek_v3", "").Replace($"\"{key}\"", "\"other\"", StringComparison.Ordinal);
        var problem = Assert.Single(ConfigReader.Read(json, "M", "").Problems);
        Assert.Equal((ProblemCode.MissingSetting, key), (problem.Code, problem.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("{}")]
    [InlineData("{\"model_type\":7}")]
    [InlineData("{\"model_type\":\"deepseek_v32\"}")]
    public void AFileThatIsNoModel_IsOneProblem(string json) => Assert.Single(ConfigReader.Read(json, "M", "").Problems);

    private static ModelSpec Read(string name) => ConfigReader.Read(Files.Config(name), "M", "").Spec!;

    private static ModelSpec Parse(string family, string more)
    {
        var result = ConfigReader.Read(Minimal(family, more), "M", "");
        Assert.Empty(result.Problems);
        return result.Spec!;
    }

    private static ConfigResult Bad(string more) => ConfigReader.Read(Minimal("deepseek_v3", more), "M", "");

    private static string Minimal(string family, string more) =>
        $"{{\"model_type\":\"{family}\",\"hidden_size\":64,\"num_hidden_layers\":4,\"vocab_size\":100,\"intermediate_size\":96,\"num_attention_heads\":4{more}}}";
}
