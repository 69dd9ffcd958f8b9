namespace DeepSeekCompiler.Generators.Declaration.Json;

/// <summary>The kinds of JSON values.</summary>
public enum JsonKind
{
    Null,
    False,
    True,
    Number,
    Text,
    List,
    Object,
}
