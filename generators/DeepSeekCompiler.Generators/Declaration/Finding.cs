using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Configs;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>A problem of a declaration, and the place in a configuration file behind it, if there is one.</summary>
public sealed record Finding(Problem Problem, string? ConfigPath = null, ConfigProblem? InConfig = null);
