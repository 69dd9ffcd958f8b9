using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Diagnostics;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

/// <summary>Keys that would change what is computed, and keys that repeat others: the first are refused, the second compared.</summary>
internal static class ConfigFeatures
{
    internal static void Check(ConfigFile file, JsonValue root, Family family)
    {
        Refuse(file, root, "hidden_act", v => v.Text != "silu", "feed-forward blocks are gated with silu");
        Refuse(file, root, "attention_bias", v => v.Kind != JsonKind.False, "projections have no bias");
        Refuse(file, root, "mlp_bias", v => v.Kind != JsonKind.False, "projections have no bias");
        Refuse(file, root, "rope_interleave", v => v.Kind != JsonKind.True, "rope turns neighbouring pairs, as published");
        Refuse(file, root, "partial_rotary_factor", v => v.Number != 1, "qk_rope_head_dim alone says what rotates");
        Refuse(file, root, "qk_layernorm", v => v.Kind != JsonKind.False, "queries and keys have no norm of their own beside the latent norms");
        Refuse(file, root, "use_mla", v => v.Kind != JsonKind.True, "the attention of this family is latent attention");
        Refuse(file, root, "sliding_window", v => v.Number != 0 || v.Kind != JsonKind.Number, "attention reads the whole context");
        Refuse(file, root, "index_topk", _ => true, "sparse attention with an indexer is another architecture");

        var set = file.Settings;
        Heads(file, root, set);
        Widths(file, root, set, family);
        LayerTypes(file, root, set);
    }

    private static void Heads(ConfigFile file, JsonValue root, SettingSet set)
    {
        if (root.Find("num_key_value_heads") is { } kv && set.Find(SettingNames.NumAttentionHeads) is { } heads
            && ConfigKeys.Expect(file, "num_key_value_heads", kv, "a whole number", JsonKind.Number) && kv.Number != heads.Number)
        {
            file.Report(
                ProblemCode.Contradiction,
                "num_key_value_heads",
                kv.Position,
                $"num_key_value_heads is {kv.Text}, but num_attention_heads is {heads.Text}; latent attention has one key and one value for each query head.");
        }
    }

    // Newer files repeat derived widths: qk_head_dim is nope + rope, head_dim is the width that rotates (older files: the whole head).
    private static void Widths(ConfigFile file, JsonValue root, SettingSet set, Family family)
    {
        var complete = new SettingSet();
        complete.Overlay(set.ToArray());
        family.CompleteConfig(complete);
        var rope = complete.Find(SettingNames.QkRopeHeadDim)!.Number;
        var head = rope + complete.Find(SettingNames.QkNopeHeadDim)!.Number;
        if (root.Find("qk_head_dim") is { } qk && qk.Number != head)
        {
            file.Report(
                ProblemCode.Contradiction, "qk_head_dim", qk.Position, $"qk_head_dim is {qk.Text}, but qk_nope_head_dim + qk_rope_head_dim is {head}.");
        }

        if (root.Find("head_dim") is { } dim && dim.Number != rope && dim.Number != head)
        {
            file.Report(
                ProblemCode.Contradiction,
                "head_dim",
                dim.Position,
                $"head_dim is {dim.Text}; it should repeat qk_rope_head_dim, which is {rope}, or qk_nope_head_dim + qk_rope_head_dim, which is {head}.");
        }
    }

    private static void LayerTypes(ConfigFile file, JsonValue root, SettingSet set)
    {
        if (root.Find("mlp_layer_types") is not { } types || !ConfigKeys.Expect(file, "mlp_layer_types", types, "a list", JsonKind.List))
        {
            return;
        }

        var dense = types.Items.TakeWhile(t => t.Text == "dense").Count();
        var layers = set.Find(SettingNames.NumHiddenLayers)?.Number ?? types.Items.Count;
        var given = root.Find("first_k_dense_replace");
        if (types.Items.Count != layers)
        {
            file.Report(
                ProblemCode.Contradiction, "mlp_layer_types", types.Position, $"mlp_layer_types names {types.Items.Count} layers, but num_hidden_layers is {layers}.");
        }
        else if (types.Items.Skip(dense).FirstOrDefault(t => t.Text != "sparse") is { } odd)
        {
            file.Report(
                ProblemCode.Unsupported, "mlp_layer_types", odd.Position, $"mlp_layer_types has {odd.Describe()} after layer {dense}; dense layers come first, then sparse ones.");
        }
        else if (given is not null && given.Number != dense)
        {
            file.Report(
                ProblemCode.Contradiction,
                "mlp_layer_types",
                types.Position,
                $"mlp_layer_types begins with {dense} dense layers, but first_k_dense_replace is {given.Text}.");
        }
        else
        {
            file.Set(SettingNames.FirstKDenseReplace, dense, types.Text, "mlp_layer_types", types.Position);
        }
    }

    private static void Refuse(ConfigFile file, JsonValue root, string key, System.Func<JsonValue, bool> differs, string why)
    {
        if (root.Find(key) is { } value && differs(value))
        {
            file.Report(ProblemCode.Unsupported, key, value.Position, $"{key} is {value.Describe()}, which is not supported: {why}.");
        }
    }
}
