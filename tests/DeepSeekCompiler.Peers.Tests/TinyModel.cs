namespace DeepSeekCompiler.Peers.Tests;

/// <summary>A model of two layers whose rows are whole blocks of Q8_0.</summary>
internal static class TinyModel
{
    public const int Hidden = 64, Heads = 2, Nope = 32, Value = 64, Latent = 96, Experts = 4, Vocabulary = 160;

    /// <summary>Writes its config.json into a folder.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="expertWidth">Columns of the experts' down projections.</param>
    public static string Write(string folder, int expertWidth = 32)
    {
        string path = Path.Combine(folder, "tiny.json");
        File.WriteAllText(path, $$"""
            {
              "model_type": "deepseek_v3", "hidden_size": {{Hidden}}, "num_hidden_layers": 2, "vocab_size": {{Vocabulary}}, "max_position_embeddings": 128,
              "intermediate_size": 128, "rms_norm_eps": 1e-6, "rope_theta": 10000, "tie_word_embeddings": false, "num_attention_heads": {{Heads}},
              "num_key_value_heads": {{Heads}}, "q_lora_rank": 32, "kv_lora_rank": {{Latent}}, "qk_nope_head_dim": {{Nope}}, "qk_rope_head_dim": 32, "v_head_dim": {{Value}},
              "n_routed_experts": {{Experts}}, "num_experts_per_tok": 2, "n_shared_experts": 1, "moe_intermediate_size": {{expertWidth}}, "n_group": 2, "topk_group": 1,
              "scoring_func": "sigmoid", "topk_method": "noaux_tc", "norm_topk_prob": true, "routed_scaling_factor": 2.5, "first_k_dense_replace": 1, "moe_layer_freq": 1,
              "num_nextn_predict_layers": 1, "hidden_act": "silu", "torch_dtype": "bfloat16"
            }
            """);
        return path;
    }
}
