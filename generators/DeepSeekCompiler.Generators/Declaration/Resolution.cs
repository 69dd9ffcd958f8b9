using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>A declaration together with the configuration files: what it means, or what is wrong with it.</summary>
/// <param name="Spec">The specification; null when an error stands in its way.</param>
/// <param name="Findings">Errors and warnings.</param>
public sealed record Resolution(ModelSpec? Spec, EquatableArray<Finding> Findings);
