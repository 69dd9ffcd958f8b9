using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

/// <summary>What a configuration file says.</summary>
public sealed record ConfigResult
{
    /// <summary>The specification; null exactly when there are problems.</summary>
    public required ModelSpec? Spec { get; init; }

    /// <summary>All that is wrong with the file.</summary>
    public required EquatableArray<ConfigProblem> Problems { get; init; }

    /// <summary>The file as settings, complete; what a variant of the model is laid over.</summary>
    public required EquatableArray<Setting> Settings { get; init; }
}
