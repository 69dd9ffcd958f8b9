namespace DeepSeekCompiler.Models.Tests;

/// <summary>Shapes that no golden case has, compared with the plain reference in double: odd head counts, widths that are no multiple of anything, one expert group.</summary>
public class UnseenConfigurationTests
{
    /// <summary>What a configuration changes of v3-tiny, and the formats of its weights.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        { "five heads, wide values", "num_attention_heads=5 num_key_value_heads=5 v_head_dim=40 qk_nope_head_dim=24 kv_lora_rank=50 q_lora_rank=70 hidden_size=130" },
        { "twenty heads, narrow values", "num_attention_heads=20 num_key_value_heads=20 v_head_dim=10 qk_nope_head_dim=33 kv_lora_rank=36 hidden_size=100" },
        { "one group", "n_group=1 topk_group=1 n_routed_experts=7 num_experts_per_tok=3 moe_intermediate_size=30" },
        { "no query latent", "q_lora_rank=null kv_lora_rank=17 hidden_size=90 intermediate_size=150" },
        { "one head, tiny ranks", "num_attention_heads=1 num_key_value_heads=1 q_lora_rank=3 kv_lora_rank=1 qk_rope_head_dim=2 qk_nope_head_dim=1 v_head_dim=1" },
        { "no shared expert, every second layer", "n_shared_experts=0 moe_layer_freq=2 num_hidden_layers=5" },
        { "all layers have experts", "first_k_dense_replace=0" },
        { "prediction module", "num_nextn_predict_layers=1 hidden_size=72 num_attention_heads=3 num_key_value_heads=3" },
        { "one expert", "n_group=1 topk_group=1 n_routed_experts=1 num_experts_per_tok=1 num_hidden_layers=2" },
        { "dense blocks and a prediction module", "n_routed_experts=null num_nextn_predict_layers=1 num_hidden_layers=2" },
        { "bf16", "dtype=bf16 hidden_size=137 kv_lora_rank=45 q_lora_rank=51 moe_intermediate_size=21 intermediate_size=95" },
        { "fp8", "dtype=fp8 hidden_size=200 kv_lora_rank=130 q_lora_rank=131 qk_nope_head_dim=20 v_head_dim=28 num_attention_heads=5 num_key_value_heads=5 moe_intermediate_size=129" },
        { "fp8 activations", "dtype=fp8 policy=full hidden_size=150 moe_intermediate_size=40 intermediate_size=260" },
        { "fp8, heads too", "dtype=fp8-head hidden_size=200 num_nextn_predict_layers=1" },
        { "fp8, scales that vectors of rows do not share", "dtype=fp8 hidden_size=128 q_lora_rank=64 kv_lora_rank=130 qk_nope_head_dim=15 qk_rope_head_dim=18 v_head_dim=17 num_attention_heads=9 num_key_value_heads=9 num_hidden_layers=2" },
        { "fp8, odd nope", "dtype=fp8 qk_nope_head_dim=33 v_head_dim=31 num_attention_heads=7 num_key_value_heads=7 hidden_size=300" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void CompiledModel_MatchesThePlainReference(string name, string changes)
    {
        UnseenConfiguration.Check(name, changes, 256, true);
        UnseenConfiguration.Check(name, changes, name.Contains("fp8", StringComparison.Ordinal) ? 512 : 128, false);
    }
}
