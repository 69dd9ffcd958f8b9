using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Diagnostics;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

/// <summary><c>model_type</c> and <c>architectures</c>.</summary>
internal static class ConfigFamily
{
    internal static Family? Read(ConfigFile file, JsonValue root)
    {
        if (root.Find("model_type") is not { } type)
        {
            file.Report(ProblemCode.UnknownFamily, "model_type", root.Position, $"model_type is missing; it can be {Family.Known}.");
            return null;
        }

        if (type.Kind != JsonKind.Text || Family.Find(type.Text) is not { } family)
        {
            file.Report(ProblemCode.UnknownFamily, "model_type", type.Position, $"model_type is {type.Describe()}; known are {Family.Known}.");
            return null;
        }

        file.Set(SettingNames.ModelType, 0, family.ModelType, "model_type", type.Position);
        Architectures(file, root, family);
        return family;
    }

    private static void Architectures(ConfigFile file, JsonValue root, Family family)
    {
        if (root.Find("architectures") is not { } list)
        {
            return;
        }

        if (list.Kind != JsonKind.List)
        {
            file.Report(ProblemCode.ConfigType, "architectures", list.Position, $"architectures must be a list of texts, not {list.Describe()}.");
            return;
        }

        foreach (var item in list.Items.Where(i => !family.Architectures.Contains(i.Text)))
        {
            file.Report(
                ProblemCode.Contradiction,
                "architectures",
                item.Position,
                $"architectures holds {item.Describe()}, but model_type is {family.ModelType}, whose architecture is {string.Join(" or ", family.Architectures)}.");
        }
    }
}
