using System.Reflection;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Declaration.Symbols;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeepSeekCompiler.Models.Tests;

using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>Declarations are checked against the names that generated code has: no name is missing there.</summary>
public class GeneratedNamesTests
{
    private static readonly HashSet<(string?, string)> s_types = Exported();

    [Fact]
    public void EveryNameOfGeneratedCode_IsKnownToTheChecks()
    {
        var (types, members) = (new HashSet<string>(), new HashSet<string>());
        foreach (var spec in Specs())
        {
            foreach (var file in ModelCompiler.Compile(spec with { ClassName = "Some", Namespace = "" }, CompileOptions.AllTargets with { Widths = VectorWidths.V512 }))
                Collect(CSharpSyntaxTree.ParseText(file.Text).GetCompilationUnitRoot(), types, members);
        }

        Assert.Contains("Math", types);
        Assert.Contains("RouterSelect", members);
        Assert.Empty(types.Except(GeneratedNames.Types.Concat(GeneratedNames.DeviceTypes)));
        Assert.Empty(members.Except(GeneratedNames.Members));
    }

    // Together they have every kind of block, format and pass.
    private static IEnumerable<ModelSpec> Specs()
    {
        var tiny = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-mtp", "config.json")) with { NumHiddenLayers = 2 };
        yield return tiny with { Attention = new GroupedQueryAttentionSpec { NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 8 }, NumNextnPredictLayers = 0, Trainable = true };
        yield return tiny with { Formats = new FormatSpec { Linear = NumberFormat.E4M3, Other = NumberFormat.BF16, Bias = NumberFormat.F32, Cache = NumberFormat.E4M3, Fp8 = Fp8Policy.Full } };
    }

    private static void Collect(CompilationUnitSyntax root, HashSet<string> types, HashSet<string> members)
    {
        var usings = root.Usings.Select(u => u.Name!.ToString()).ToList();
        foreach (var name in root.DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (name.Parent is MemberAccessExpressionSyntax access && access.Name == name || name.Parent is QualifiedNameSyntax qualified && qualified.Right == name) continue;
            string metadata = name.Identifier.Text + (name is GenericNameSyntax generic ? "`" + generic.Arity : "");
            if (usings.Any(u => s_types.Contains((u, metadata)))) types.Add(metadata);
        }

        foreach (var member in root.Members.OfType<ClassDeclarationSyntax>().SelectMany(c => c.Members)) members.UnionWith(NamesOf(member));
    }

    private static IEnumerable<string> NamesOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => [type.Identifier.Text],
        PropertyDeclarationSyntax property => [property.Identifier.Text],
        MethodDeclarationSyntax method => method.ExplicitInterfaceSpecifier is null ? [method.Identifier.Text] : [],
        FieldDeclarationSyntax field => field.Declaration.Variables.Select(v => v.Identifier.Text),
        _ => throw new InvalidOperationException($"A {member.Kind()} is no member that this test knows."),
    };

    private static HashSet<(string?, string)> Exported()
    {
        var roots = new[] { typeof(object).Assembly, typeof(List<>).Assembly, typeof(CompiledModel).Assembly, typeof(DeepSeekCompiler.Runtime.Gpu.Devices.GpuDevices).Assembly, typeof(ILGPU.Context).Assembly, Assembly.Load("DeepSeekCompiler.Kernels") };
        return [.. roots.Distinct().SelectMany(a => a.GetExportedTypes()).Where(t => !t.IsNested).Select(t => (t.Namespace, t.Name))];
    }
}
