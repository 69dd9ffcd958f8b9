using System.Globalization;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Compile;

/// <summary>C# to an assembly image, in process.</summary>
internal static class InProcessCompiler
{
    public static byte[] Compile(ModelSpec spec, IReadOnlyList<GeneratedFile> files, string name)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = files.Select(f => CSharpSyntaxTree.ParseText(f.Text, parse, f.HintName)).ToList();
        trees.Add(CSharpSyntaxTree.ParseText($"namespace {spec.Namespace}; public partial class {spec.ClassName};", parse));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true);
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create("DeepSeekCompiler.Compiled." + name, trees, References(), options).Emit(image);
        if (result.Success) return image.ToArray();
        var error = result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error);
        throw new CheckpointException($"The code generated for this model does not compile, which is a defect of the compiler: {error.GetMessage(CultureInfo.InvariantCulture)} "
            + $"at {error.Location.GetLineSpan()}; the code is in {Keep(files)}.");
    }

    internal static List<MetadataReference> References()
    {
        var references = new List<MetadataReference>();
        string platform = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        foreach (string path in platform.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string file = Path.GetFileName(path);
            // What generated code uses, not the hundreds of assemblies there are: reading them is a good part of the time.
            if (file is "ILGPU.dll" or "System.Runtime.dll" or "System.Private.CoreLib.dll" or "System.Collections.dll" or "System.Memory.dll" or "System.Runtime.Intrinsics.dll"
                || file.StartsWith("DeepSeekCompiler.", StringComparison.Ordinal))
                references.Add(MetadataReference.CreateFromFile(path));
        }

        return references;
    }

    private static string Keep(IReadOnlyList<GeneratedFile> files)
    {
        var folder = Directory.CreateTempSubdirectory("dsc-generated-");
        foreach (var file in files) File.WriteAllText(Path.Combine(folder.FullName, file.HintName), file.Text);
        return folder.FullName;
    }
}
