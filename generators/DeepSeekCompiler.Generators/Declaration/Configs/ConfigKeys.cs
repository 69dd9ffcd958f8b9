using System.Collections.Generic;
using System.Linq;
using System.Text;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Diagnostics;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

using static Settings.SettingNames;

/// <summary>The keys that map one to one to settings.</summary>
internal static class ConfigKeys
{
    private static readonly string[] Whole =
    [
        HiddenSize, NumHiddenLayers, VocabSize, MaxPositionEmbeddings, IntermediateSize, NumAttentionHeads, QLoraRank, KvLoraRank, QkNopeHeadDim,
        QkRopeHeadDim, VHeadDim, NRoutedExperts, NumExpertsPerTok, NSharedExperts, MoeIntermediateSize, NGroup, TopkGroup, FirstKDenseReplace,
        MoeLayerFreq, NumNextnPredictLayers,
    ];

    private static readonly string[] Real = [RmsNormEps, RoutedScalingFactor];

    private static readonly string[] Flag = [TieWordEmbeddings, NormTopkProb];

    // A null stands for the default of the class, except where the modelling code gives null a meaning of its own.
    private static readonly Dictionary<string, double> MeaningOfNull = new()
    {
        [QLoraRank] = 0, [NRoutedExperts] = 0, [NSharedExperts] = 0, [NGroup] = 1, [TopkGroup] = 1,
    };

    private static readonly Dictionary<string, (string Setting, Dictionary<string, int> Values)> Texts = new()
    {
        ["scoring_func"] = (ScoringFunc, new() { ["softmax"] = 0, ["sigmoid"] = 1 }),

        // "gready" is the default of the published V2 configuration class, as spelled there.
        ["topk_method"] = (TopkMethod, new() { ["greedy"] = 0, ["gready"] = 0, ["group_limited_greedy"] = 1, ["noaux_tc"] = 2 }),
    };

    private static readonly Dictionary<string, string> Special = new()
    {
        [YarnFactor] = "rope_scaling.factor",
        [YarnOriginalMaxPositionEmbeddings] = "rope_scaling.original_max_position_embeddings",
        [YarnBetaFast] = "rope_scaling.beta_fast",
        [YarnBetaSlow] = "rope_scaling.beta_slow",
        [YarnMscale] = "rope_scaling.mscale",
        [YarnMscaleAllDim] = "rope_scaling.mscale_all_dim",
        [LinearFormat] = "torch_dtype",
        [OtherFormat] = "torch_dtype",
        [HeadFormat] = "quantization_config.modules_to_not_convert",
        [WeightBlockSize] = "quantization_config.weight_block_size",
    };

    internal static void Read(ConfigFile file, JsonValue root)
    {
        foreach (var name in Whole)
        {
            Number(file, root, name, KeyOf(name), whole: true);
        }

        foreach (var name in Real)
        {
            Number(file, root, name, KeyOf(name), whole: false);
        }

        foreach (var name in Flag)
        {
            var key = KeyOf(name);
            if (root.Find(key) is { } flag && Expect(file, key, flag, "true or false", JsonKind.True, JsonKind.False))
            {
                file.Set(name, flag.Kind == JsonKind.True ? 1 : 0, flag.Text, key, flag.Position);
            }
        }

        foreach (var entry in Texts)
        {
            Text(file, root, entry.Key, entry.Value.Setting, entry.Value.Values);
        }
    }

    /// <summary>Marks the sections once the defaults of the family are in.</summary>
    internal static void Complete(ConfigFile file)
    {
        file.Settings.Default(LatentAttention, 1);
        file.Settings.Default(MixtureOfExperts, file.Settings.On(NRoutedExperts) ? 1 : 0);
    }

    /// <summary>Reads a number into a setting; <paramref name="path"/> is the key as messages show it.</summary>
    internal static void Number(ConfigFile file, JsonValue owner, string name, string path, bool whole)
    {
        var key = path.Substring(path.LastIndexOf('.') + 1);
        if (!owner.Members.TryGetValue(key, out var value))
        {
            return;
        }

        if (value.Kind == JsonKind.Null)
        {
            if (MeaningOfNull.TryGetValue(name, out var meaning))
            {
                file.Set(name, meaning, "null", path, value.Position);
            }
        }
        else if (Expect(file, path, value, whole ? "a whole number" : "a number", JsonKind.Number))
        {
            if (whole && (value.Number != System.Math.Floor(value.Number) || System.Math.Abs(value.Number) > int.MaxValue))
            {
                file.Report(ProblemCode.ConfigType, path, value.Position, $"{path} is {value.Text}; a whole number of 32 bits is expected.");
                return;
            }

            file.Set(name, value.Number, value.Text, path, value.Position);
        }
    }

    internal static bool Expect(ConfigFile file, string path, JsonValue value, string what, params JsonKind[] kinds)
    {
        if (kinds.Contains(value.Kind))
        {
            return true;
        }

        file.Report(ProblemCode.ConfigType, path, value.Position, $"{path} must be {what}, not {value.Describe()}.");
        return false;
    }

    internal static bool IsProperty(string word) => Special.ContainsKey(word) || Whole.Contains(word) || Real.Contains(word) || Flag.Contains(word)
        || word is RopeTheta or NumKeyValueHeads or ScoringFunc or TopkMethod;

    /// <summary><c>KvLoraRank</c> to <c>kv_lora_rank</c>.</summary>
    internal static string KeyOf(string name)
    {
        if (Special.TryGetValue(name, out var special))
        {
            return special;
        }

        var key = new StringBuilder();
        foreach (var c in name)
        {
            key.Append(char.IsUpper(c) && key.Length > 0 ? "_" : string.Empty).Append(char.ToLowerInvariant(c));
        }

        return key.ToString();
    }

    private static void Text(ConfigFile file, JsonValue root, string key, string setting, Dictionary<string, int> values)
    {
        if (root.Find(key) is not { } value || !Expect(file, key, value, "a text", JsonKind.Text))
        {
            return;
        }

        if (values.TryGetValue(value.Text, out var number))
        {
            file.Set(setting, number, value.Text, key, value.Position);
        }
        else
        {
            file.Report(
                ProblemCode.UnknownValue, key, value.Position, $"{key} is \"{value.Text}\", which is not known; it can be {string.Join(", ", values.Keys)}.");
        }
    }
}
