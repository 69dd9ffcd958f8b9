using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Peers.Gguf;

// Declarations have enumerations of the same names.
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

/// <summary>What llama.cpp wants to know of a model of its architecture <c>deepseek2</c>.</summary>
internal static class DeepSeekMetadata
{
    public const string Architecture = "deepseek2";

    /// <summary>llama.cpp takes models of 26 and 27 layers for the small V2, which has no query latent.</summary>
    private static readonly int[] s_withoutQueryLatent = [26, 27];

    // Numbers of the format.
    private const int FileTypeQ8 = 7, FileTypeBF16 = 32, Softmax = 1, Sigmoid = 2;

    /// <exception cref="PeerException">llama.cpp has no such model.</exception>
    public static GgufMetadata Of(ModelSpec spec, GgufType type)
    {
        if (spec.Attention is not LatentAttentionSpec attention) throw new PeerException("Only latent attention is written as GGUF.");
        if (spec.Rope.Yarn is not null) throw new PeerException("Rotary scaling is not written as GGUF.");
        if (s_withoutQueryLatent.Contains(spec.NumHiddenLayers) != (attention.QLoraRank == 0)) throw new PeerException("llama.cpp decides by the number of layers whether there is a query latent, and would decide wrongly.");
        var data = new GgufMetadata();
        data.Set("general.architecture", Architecture);
        data.Set("general.name", spec.ClassName);
        data.Set("general.file_type", type == GgufType.Q8_0 ? FileTypeQ8 : FileTypeBF16);
        data.Set("general.quantization_version", 2);
        void Set(string key, int value) => data.Set($"{Architecture}.{key}", value);
        void SetReal(string key, double value) => data.Set($"{Architecture}.{key}", (float)value);

        Set("block_count", spec.NumHiddenLayers);
        Set("context_length", spec.MaxPositionEmbeddings);
        Set("embedding_length", spec.HiddenSize);
        Set("feed_forward_length", spec.IntermediateSize);
        Set("vocab_size", spec.VocabSize);
        Set("attention.head_count", attention.NumAttentionHeads);

        // Absorbed, all heads share one key.
        Set("attention.head_count_kv", 1);
        SetReal("attention.layer_norm_rms_epsilon", spec.RmsNormEps);
        if (attention.QLoraRank > 0) Set("attention.q_lora_rank", attention.QLoraRank);
        Set("attention.kv_lora_rank", attention.KvLoraRank);
        Set("attention.key_length", attention.KvLoraRank + attention.QkRopeHeadDim);
        Set("attention.value_length", attention.KvLoraRank);
        Set("attention.key_length_mla", attention.QkHeadDim);
        Set("attention.value_length_mla", attention.VHeadDim);
        Set("rope.dimension_count", attention.QkRopeHeadDim);
        SetReal("rope.freq_base", spec.Rope.Theta);
        Experts(spec, data, Set, SetReal);
        data.Set("tokenizer.ggml.model", "none");
        return data;
    }

    private static void Experts(ModelSpec spec, GgufMetadata data, Action<string, int> set, Action<string, double> setReal)
    {
        if (spec.Experts is not { } experts) throw new PeerException("llama.cpp's architecture deepseek2 has experts, and the model has none.");
        if (experts.MoeLayerFreq != 1) throw new PeerException("llama.cpp has experts in every layer behind the dense ones, and the model has not.");
        if (experts.TopkMethod == TopkMethod.GroupLimitedGreedy) throw new PeerException("llama.cpp ranks groups of experts by their two best, and the model by their best.");
        set("leading_dense_block_count", experts.FirstKDenseReplace);
        set("expert_count", experts.NRoutedExperts);
        set("expert_used_count", experts.NumExpertsPerTok);
        set("expert_shared_count", experts.NSharedExperts);
        set("expert_feed_forward_length", experts.MoeIntermediateSize);
        setReal("expert_weights_scale", experts.EffectiveScale);
        data.Set($"{Architecture}.expert_weights_norm", experts.Normalizes);
        set("expert_gating_func", experts.ScoringFunc == ScoringFunc.Sigmoid ? Sigmoid : Softmax);
        if (experts.NGroup <= 1 || experts.TopkGroup == experts.NGroup) return;
        set("expert_group_count", experts.NGroup);
        set("expert_group_used_count", experts.TopkGroup);
    }
}
