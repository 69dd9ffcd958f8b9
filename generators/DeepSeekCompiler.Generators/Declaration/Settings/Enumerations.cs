using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Declaration.Settings;

/// <summary>The settings that are one of a few names, with the names in the order of their numbers.</summary>
public static class Enumerations
{
    private static readonly string[] Formats = ["F32", "F16", "BF16", "E4M3", "I16"];

    /// <summary>Each setting with its values.</summary>
    public static readonly IReadOnlyList<(string Name, IReadOnlyList<string> Values)> All =
    [
        (SettingNames.ScoringFunc, ["Softmax", "Sigmoid"]),
        (SettingNames.TopkMethod, ["Greedy", "GroupLimitedGreedy", "NoAuxTc"]),
        (SettingNames.Fp8Policy, ["WeightOnly", "Full"]),
        (SettingNames.TrainingPrecision, ["Float32", "BFloat16", "Fp8"]),
        (SettingNames.LinearFormat, Formats),
        (SettingNames.OtherFormat, Formats),
        (SettingNames.HeadFormat, Formats),
        (SettingNames.BiasFormat, Formats),
        (SettingNames.CacheFormat, Formats),
    ];
}
