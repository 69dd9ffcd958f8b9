using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Diagnostics;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

using static Settings.SettingNames;

/// <summary><c>rope_theta</c>, <c>rope_scaling</c> and their newer home <c>rope_parameters</c>.</summary>
internal static class ConfigRope
{
    internal static void Read(ConfigFile file, JsonValue root)
    {
        ConfigKeys.Number(file, root, RopeTheta, "rope_theta", whole: false);
        var scaling = Section(file, root, "rope_scaling");
        var parameters = Section(file, root, "rope_parameters");
        if (scaling is not null && parameters is not null && Kind(scaling)?.Text != Kind(parameters)?.Text)
        {
            file.Report(
                ProblemCode.Contradiction,
                "rope_parameters",
                parameters.Position,
                $"rope_parameters is of type {Kind(parameters)?.Text ?? "default"}, but rope_scaling is of type {Kind(scaling)?.Text ?? "default"}.");
            return;
        }

        Theta(file, root, scaling, "rope_scaling");
        Theta(file, root, parameters, "rope_parameters");
        if ((parameters ?? scaling) is { } section)
        {
            Scaling(file, section, parameters is null ? "rope_scaling" : "rope_parameters");
        }
    }

    private static JsonValue? Section(ConfigFile file, JsonValue root, string key) =>
        root.Find(key) is { } section && ConfigKeys.Expect(file, key, section, "an object or null", JsonKind.Object) ? section : null;

    // "type" is the older spelling of "rope_type"; files that were saved again have both.
    private static JsonValue? Kind(JsonValue section) => section.Find("rope_type") ?? section.Find("type");

    private static void Theta(ConfigFile file, JsonValue root, JsonValue? section, string path)
    {
        if (section?.Find("rope_theta") is not { Kind: JsonKind.Number } inner)
        {
            return;
        }

        if (root.Find("rope_theta") is { Kind: JsonKind.Number } outer && outer.Number != inner.Number)
        {
            file.Report(
                ProblemCode.Contradiction, $"{path}.rope_theta", inner.Position, $"{path}.rope_theta is {inner.Text}, but rope_theta is {outer.Text}.");
            return;
        }

        file.Set(RopeTheta, inner.Number, inner.Text, $"{path}.rope_theta", inner.Position);
    }

    private static void Scaling(ConfigFile file, JsonValue section, string path)
    {
        if (section.Find("type") is { } older && section.Find("rope_type") is { } newer && older.Text != newer.Text)
        {
            file.Report(ProblemCode.Contradiction, $"{path}.type", older.Position, $"{path}.type is {older.Text}, but {path}.rope_type is {newer.Text}.");
            return;
        }

        var kind = Kind(section);
        if (kind is null && section.Find("factor") is { } factor)
        {
            file.Report(ProblemCode.MissingSetting, $"{path}.type", factor.Position, $"{path} has a factor but no type; it can be yarn or default.");
            return;
        }

        switch (kind?.Text ?? "default")
        {
            case "default":
                return;
            case "yarn":
                Yarn(file, section, kind!, path);
                return;
            default:
                file.Report(
                    ProblemCode.UnknownValue,
                    $"{path}.type",
                    kind!.Position,
                    $"{path}.type is \"{kind.Text}\", a kind of context extension that is not known; it can be yarn or default.");
                return;
        }
    }

    private static void Yarn(ConfigFile file, JsonValue section, JsonValue kind, string path)
    {
        file.Set(Settings.SettingNames.Yarn, 1, "yarn", $"{path}.type", kind.Position);
        ConfigKeys.Number(file, section, YarnFactor, $"{path}.factor", whole: false);
        ConfigKeys.Number(file, section, YarnOriginalMaxPositionEmbeddings, $"{path}.original_max_position_embeddings", whole: true);
        ConfigKeys.Number(file, section, YarnBetaFast, $"{path}.beta_fast", whole: false);
        ConfigKeys.Number(file, section, YarnBetaSlow, $"{path}.beta_slow", whole: false);
        ConfigKeys.Number(file, section, YarnMscale, $"{path}.mscale", whole: false);
        ConfigKeys.Number(file, section, YarnMscaleAllDim, $"{path}.mscale_all_dim", whole: false);
        Refuse(file, section, path, "attention_factor", section.Find("attention_factor") is not null, "the factor follows from mscale and mscale_all_dim");
        Refuse(file, section, path, "truncate", section.Find("truncate") is { Kind: JsonKind.False }, "the ramp's ends are rounded to whole frequencies");
    }

    private static void Refuse(ConfigFile file, JsonValue section, string path, string key, bool refused, string why)
    {
        if (refused)
        {
            var value = section.Members[key];
            file.Report(ProblemCode.Unsupported, $"{path}.{key}", value.Position, $"{path}.{key} is {value.Text}, which is not supported: {why}.");
        }
    }
}
