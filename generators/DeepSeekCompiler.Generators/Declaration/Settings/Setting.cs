namespace DeepSeekCompiler.Generators.Declaration.Settings;

/// <summary>One value that a declaration gives: what both doors, attributes and configuration files, are turned into first.</summary>
/// <param name="Name">The property, one of <see cref="SettingNames"/>.</param>
/// <param name="Number">The value; an enumeration by its position, false and true as 0 and 1, null as 0.</param>
/// <param name="Text">The value as it was written, for messages and for the values that are texts.</param>
public sealed record Setting(string Name, double Number, string Text);
