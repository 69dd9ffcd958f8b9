using System.Collections.Immutable;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Generators.Tests.Support;

/// <summary>A compilation and a generator driver, by hand.</summary>
internal static class Sandbox
{
    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);

    // Stands for the runtime, which no test of declarations needs more of.
    private static readonly SyntaxTree Runtime = Tree("namespace DeepSeekCompiler.Runtime.Models; public abstract class CompiledModel { }", -1);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "netstandard.dll" or "DeepSeekCompiler.Kernels.dll")
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    internal static CSharpCompilation Compile(params string[] sources) => CSharpCompilation.Create(
        "Sandbox",
        [.. sources.Select((s, i) => Tree(s, i)), Runtime],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    internal static SyntaxTree Tree(string source, int index = 0) => CSharpSyntaxTree.ParseText(source, Parse, $"File{index}.cs");

    internal static GeneratorDriver Driver(params AdditionalText[] files) => CSharpGeneratorDriver.Create(
        [new ModelGenerator(Stub).AsSourceGenerator()],
        files,
        Parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    // Stands for the compiler proper, whose text has its own tests: a file that changes whenever the specification does.
    private static GeneratedFile[] Stub(ModelSpec spec) => [new($"{spec.Namespace}.{spec.ClassName}.g.cs", $"// {spec}")];

    /// <summary>The generator's diagnostics, after the filtering that pragmas do.</summary>
    internal static ImmutableArray<Diagnostic> Diagnose(string source, params AdditionalText[] files)
    {
        Driver(files).RunGeneratorsAndUpdateCompilation(Compile(source), out _, out var diagnostics);
        return diagnostics;
    }
}
