using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>What one class says: a configuration file or nothing, and settings over it.</summary>
/// <param name="ClassName">The class, for messages.</param>
/// <param name="ConfigPath">The end of a configuration file's path, or null.</param>
/// <param name="Settings">What the attributes say.</param>
public sealed record DeclarationLayer(string ClassName, string? ConfigPath, EquatableArray<Setting> Settings);
