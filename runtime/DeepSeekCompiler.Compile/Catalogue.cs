using DeepSeekCompiler.Generators;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Compile;

/// <summary>The declarations of the catalogue (kernels/DeepSeekCompiler.Models), read from their own source as the build reads them.</summary>
public static class Catalogue
{
    private static readonly Lazy<IReadOnlyDictionary<string, ModelSpec>> s_specs = new(Read);

    public static IEnumerable<string> Names => s_specs.Value.Keys.Order(StringComparer.Ordinal);

    /// <summary>The specification of a catalogue model, or null.</summary>
    public static ModelSpec? Find(string name)
    {
        if (name.AsSpan().IndexOfAny("/\\.") >= 0) return null;
        return s_specs.Value.TryGetValue(name.Replace("-", "", StringComparison.Ordinal), out var spec) ? spec : null;
    }

    private static Dictionary<string, ModelSpec> Read()
    {
        var specs = new Dictionary<string, ModelSpec>(StringComparer.OrdinalIgnoreCase);
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = new List<SyntaxTree> { CSharpSyntaxTree.ParseText("global using DeepSeekCompiler;", parse) };
        var assembly = typeof(Catalogue).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            trees.Add(CSharpSyntaxTree.ParseText(reader.ReadToEnd(), parse));
        }

        var compilation = CSharpCompilation.Create("Catalogue", trees, InProcessCompiler.References(), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var generator = new ModelGenerator(spec =>
        {
            lock (specs) specs[spec.ClassName] = spec;
            return [];
        });
        CSharpGeneratorDriver.Create([generator.AsSourceGenerator()], parseOptions: parse).RunGenerators(compilation);
        return specs;
    }
}
