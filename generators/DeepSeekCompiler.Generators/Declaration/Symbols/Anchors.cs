namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>Names of places that are no setting: problems are attached to a name, and a name to a place in the source.</summary>
internal static class Anchors
{
    /// <summary>The identifier of the class.</summary>
    internal const string Class = "class";

    /// <summary>The argument <c>BasedOn</c>.</summary>
    internal const string BasedOn = "BasedOn";

    /// <summary>The argument of <c>[ModelFromConfig]</c>.</summary>
    internal const string Path = "Path";

    /// <summary>An attribute as a whole.</summary>
    internal static string Attribute(string name) => "@" + name;
}
