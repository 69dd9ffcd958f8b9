using DeepSeekCompiler.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.GeneratorBenchmark;

/// <summary>The catalogue beside a project of ordinary files, one of which is edited.</summary>
internal sealed class Workload
{
    private const int OrdinaryFiles = 200;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);

    // Stands for the runtime: without it nothing is generated.
    private const string Runtime = "namespace DeepSeekCompiler.Runtime.Models; public abstract class CompiledModel { }";

    private Workload(CSharpCompilation compilation, int models)
    {
        Compilation = compilation;
        Models = models;
    }

    internal CSharpCompilation Compilation { get; }

    internal int Models { get; }

    internal int Files => Compilation.SyntaxTrees.Length;

    internal static Workload Create()
    {
        var catalogue = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Catalogue")).Order(StringComparer.Ordinal).ToList();
        var sources = catalogue.Select(File.ReadAllText).Append(Runtime).Concat(Enumerable.Range(0, OrdinaryFiles).Select(i => Ordinary(i, 0)));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "DeepSeekCompiler.Kernels.dll")
            .Select(p => MetadataReference.CreateFromFile(p));
        var trees = sources.Select((s, i) => CSharpSyntaxTree.ParseText(s, Parse, $"File{i}.cs"));
        return new(CSharpCompilation.Create("Benchmark", trees, references, new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true)), catalogue.Count);
    }

    /// <summary>A fresh driver.</summary>
    /// <param name="frontEnd">True measures declarations and diagnostics alone, without the kernels behind them.</param>
    internal static GeneratorDriver Driver(bool frontEnd) =>
        CSharpGeneratorDriver.Create([(frontEnd ? new ModelGenerator(_ => []) : new ModelGenerator()).AsSourceGenerator()], parseOptions: Parse);

    /// <summary>The compilation after the <paramref name="edit"/>th edit of an ordinary file.</summary>
    internal CSharpCompilation Edited(int edit)
    {
        var tree = Compilation.SyntaxTrees[^1];
        return Compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(Ordinary(OrdinaryFiles - 1, edit), Parse, tree.FilePath));
    }

    private static string Ordinary(int number, int edit) =>
        $"namespace Ordinary; [System.Serializable] public sealed class C{number} {{ public int Value(int x) => x * {edit} + {number}; }}";
}
