using System.Reflection;
using System.Runtime.Loader;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Hopper.Tests.Support;

/// <summary>The generated kernels of a model that use warpgroup matrix instructions.</summary>
internal static class HopperKernels
{
    private static readonly MetadataReference[] s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(path => MetadataReference.CreateFromFile(path))];

    private const string Usings = """
        using System;
        using System.Runtime.CompilerServices;
        using DeepSeekCompiler.Runtime.Gpu.Execution;
        using DeepSeekCompiler.Runtime.Gpu.Primitives;
        using ILGPU;
        using ILGPU.Runtime;

        """;

    /// <summary>Generated texts, by the name of the kernel.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="split">Activations as two bfloat16 terms.</param>
    /// <param name="only">Names of kernels; none for all.</param>
    public static IReadOnlyDictionary<string, string> Files(ModelSpec spec, bool split = false, params string[] only)
    {
        var (_, target, _) = DeviceTargets.Of(new(VectorWidths.Scalar, DeviceVariants.Sm90, split)).Single();
        var files = new Dictionary<string, string>();
        foreach (var kernel in KernelSet.Of(spec).Kernels)
        {
            if (only.Length > 0 && !only.Contains(kernel.Name)) continue;
            string text = DeviceKernel.Print(kernel.Lower(target), target, false);
            if (!text.Contains("Warpgroup.", StringComparison.Ordinal)) continue;
            files[kernel.Name] = Usings + $"namespace {spec.Namespace};\npartial class {spec.ClassName}\n{{\n    partial class {target.ClassName}\n    {{\n{text}    }}\n}}\n";
        }

        return files;
    }

    /// <summary>The static classes of those files, compiled against this process' assemblies.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="files">The texts.</param>
    public static IReadOnlyDictionary<string, Type> Compile(ModelSpec spec, IReadOnlyDictionary<string, string> files)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        string model = $"namespace {spec.Namespace}; public partial class {spec.ClassName} {{ public partial class OnSm90 {{ }} }}";
        var trees = files.Values.Append(model).Select(text => CSharpSyntaxTree.ParseText(text, parse));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true);
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create("Hopper" + Guid.NewGuid().ToString("N"), trees, s_references, options).Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
        image.Position = 0;
        var assembly = new AssemblyLoadContext(null).LoadFromStream(image);
        return assembly.GetType($"{spec.Namespace}.{spec.ClassName}+OnSm90", true)!.GetNestedTypes().ToDictionary(t => t.Name);
    }

    /// <summary>Entry methods of a kernel class that use warpgroup instructions: those that the launch gives dynamic shared memory.</summary>
    public static IEnumerable<MethodInfo> Entries(Type kernel) =>
        kernel.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => kernel.GetField("s_" + m.Name, BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) is Runtime.Gpu.Execution.DeviceKernel { SharedBytes: > 0 });
}
