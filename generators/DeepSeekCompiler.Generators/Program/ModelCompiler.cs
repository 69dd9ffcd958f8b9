using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>The compiler's one door: a specification in, C# out. Pure: no I/O, no Roslyn.</summary>
public static class ModelCompiler
{
    /// <summary>Expands <paramref name="spec"/> into the generated files of its model class.</summary>
    public static IReadOnlyList<GeneratedFile> Compile(ModelSpec spec, CompileOptions options) => [];
}
