namespace DeepSeekCompiler.Generators.Tests;

/// <summary>A declaration with one fault, which is marked «so».</summary>
/// <param name="Name">A sentence.</param>
/// <param name="Code">The expected diagnostic.</param>
/// <param name="Says">A part of its message that holds the values.</param>
/// <param name="Source">The source.</param>
/// <param name="Config">An additional file <c>model/config.json</c>, or null.</param>
public sealed record DiagnosticCase(string Name, string Code, string Says, string Source, string? Config = null)
{
    public override string ToString() => Name;
}
