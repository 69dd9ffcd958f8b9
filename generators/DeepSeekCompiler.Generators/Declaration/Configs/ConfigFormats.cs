using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

using static Settings.SettingNames;

/// <summary><c>torch_dtype</c> (or <c>dtype</c>) and <c>quantization_config</c>.</summary>
internal static class ConfigFormats
{
    private const string Quantization = "quantization_config";

    private static readonly Dictionary<string, NumberFormat> Types = new()
    {
        ["float32"] = NumberFormat.F32, ["float16"] = NumberFormat.F16, ["bfloat16"] = NumberFormat.BF16,
    };

    private const string Head = "lm_head";

    // Modules that published FP8 checkpoints keep unquantised anyway.
    private static readonly string[] NeverQuantised = [Head, "embed_tokens", "gate", "eh_proj", "norm", "e_score_correction_bias"];

    internal static void Read(ConfigFile file, JsonValue root)
    {
        var older = root.Find("torch_dtype");
        var newer = root.Find("dtype");
        if (older is not null && newer is not null && older.Text != newer.Text)
        {
            file.Report(ProblemCode.Contradiction, "dtype", newer.Position, $"dtype is {newer.Text}, but torch_dtype is {older.Text}.");
        }

        var (key, type) = older is null ? ("dtype", newer) : ("torch_dtype", older);

        // Without a type, transformers loads float32.
        var name = type?.Text ?? "float32";
        if (!Types.TryGetValue(name, out var format))
        {
            file.Report(ProblemCode.UnknownValue, key, type!.Position, $"{key} is \"{name}\", which is not known; it can be {string.Join(", ", Types.Keys)}.");
            return;
        }

        var position = type?.Position ?? root.Position;
        file.Set(OtherFormat, (int)format, name, key, position);
        file.Set(LinearFormat, (int)format, name, key, position);
        if (root.Find(Quantization) is { } quantization && ConfigKeys.Expect(file, Quantization, quantization, "an object or null", JsonKind.Object))
        {
            Quantized(file, quantization, root.Find("tie_word_embeddings") is { Kind: JsonKind.True });
        }
    }

    private static void Quantized(ConfigFile file, JsonValue section, bool tied)
    {
        var known = Only(file, section, "quant_method", required: true, "fp8")
            & Only(file, section, "fmt", required: false, "e4m3")
            & Only(file, section, "activation_scheme", required: false, "dynamic")
            & Only(file, section, "scale_fmt", required: false, "float", "ue8m0");
        if (!known)
        {
            return;
        }

        file.Set(LinearFormat, (int)NumberFormat.E4M3, "fp8", Quantization, section.Position);
        if (section.Find("scale_fmt") is { Text: "ue8m0" } scale)
        {
            file.Set(PowerOfTwoScales, 1, scale.Text, $"{Quantization}.scale_fmt", scale.Position);
        }

        Block(file, section);
        Exceptions(file, section, tied);
    }

    private static void Block(ConfigFile file, JsonValue section)
    {
        const string Path = $"{Quantization}.weight_block_size";
        var block = section.Find("weight_block_size");
        var sides = block?.Items.Select(i => i.Text).ToList() ?? [];
        if (block is { Kind: JsonKind.List } && sides.Count == 2 && block.Items.All(i => i.Kind == JsonKind.Number && i.Number == FormatSpec.Block))
        {
            return;
        }

        var written = block is null ? "not given" : block.Kind == JsonKind.List ? $"[{string.Join(", ", sides)}]" : block.Text;
        file.Report(ProblemCode.Fp8Block, Path, (block ?? section).Position, $"{Path} is {written}; FP8 weights are supported in blocks of [128, 128] only.");
    }

    private static void Exceptions(ConfigFile file, JsonValue section, bool tied)
    {
        const string Path = $"{Quantization}.modules_to_not_convert";
        if (section.Find("modules_to_not_convert") is not { } list || !ConfigKeys.Expect(file, Path, list, "a list or null", JsonKind.List))
        {
            return;
        }

        // Whoever lists exceptions lists all of them: a head that is not among them is quantised, as transformers reads it.
        if (!tied && !list.Items.Any(i => LastName(i) == Head)) file.Set(HeadFormat, (int)NumberFormat.E4M3, "fp8", Path, list.Position);
        foreach (var item in list.Items)
        {
            var last = LastName(item);
            if (!NeverQuantised.Contains(last) && !last.EndsWith("norm", System.StringComparison.Ordinal))
            {
                file.Report(
                    ProblemCode.Unsupported,
                    Path,
                    item.Position,
                    $"{Path} names \"{item.Text}\"; all matrices of attention and feed-forward blocks share one format here.");
            }
        }
    }

    private static string LastName(JsonValue item) => item.Text.Substring(item.Text.LastIndexOf('.') + 1);

    private static bool Only(ConfigFile file, JsonValue section, string key, bool required, params string[] allowed)
    {
        var value = section.Find(key);
        if ((value is null && !required) || (value is { Kind: JsonKind.Text } && allowed.Contains(value.Text)))
        {
            return true;
        }

        var path = $"{Quantization}.{key}";
        var written = value is null ? "missing" : value.Describe();
        file.Report(
            ProblemCode.Unsupported, path, (value ?? section).Position, $"{path} is {written}; supported is {string.Join(" or ", allowed.Select(a => $"\"{a}\""))}.");
        return false;
    }
}
