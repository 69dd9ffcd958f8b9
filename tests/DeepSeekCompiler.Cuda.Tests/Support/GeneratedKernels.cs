using System.Reflection;
using System.Runtime.Loader;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Cuda.Tests.Support;

/// <summary>The generated kernels of a model for one kind of CUDA device.</summary>
/// <param name="Spec">The model.</param>
/// <param name="Variant">The kind of device.</param>
/// <param name="Split">Activations as two bfloat16 terms.</param>
/// <param name="Tile">Tiles of products with many tokens; null for those that are shipped.</param>
internal sealed record GeneratedKernels(ModelSpec Spec, DeviceVariants Variant, bool Split = false, MatrixTile? Tile = null)
{
    /// <summary>What a tuning file would choose, for all kernels.</summary>
    public KernelChoice Choice { get; init; } = KernelChoice.Default;

    /// <summary>What it may choose about a kernel.</summary>
    public IReadOnlyList<KernelChoice> Candidates(string kernel) => TuningRules.Candidates(kernel, KernelSet.Of(Spec).Kernels.Single(k => k.Name == kernel).Form!(Target));

    private static readonly MetadataReference[] s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(path => MetadataReference.CreateFromFile(path))];

    private const string Usings = """
        using System;
        using System.Runtime.CompilerServices;
        using System.Threading.Tasks;
        using DeepSeekCompiler.Runtime.Gpu.Execution;
        using DeepSeekCompiler.Runtime.Gpu.Primitives;
        using ILGPU;
        using ILGPU.Runtime;

        """;

    private DeviceTarget Target => DeviceTargets.Of(new(VectorWidths.Scalar, Variant, Tile)).Single().Target with { SplitsActivations = Split, Choice = Choice };

    /// <summary>Generated texts, by the name of the kernel.</summary>
    /// <param name="marker">What a text must contain.</param>
    /// <param name="only">Names of kernels; none for all.</param>
    public IReadOnlyDictionary<string, string> Files(string marker, params string[] only)
    {
        var target = Target;
        var files = new Dictionary<string, string>();
        foreach (var kernel in KernelSet.Of(Spec).On(target))
        {
            if (only.Length > 0 && !only.Contains(kernel.Name)) continue;
            string text = DeviceKernel.Print(kernel.Lower(target), target, false);
            if (!text.Contains(marker, StringComparison.Ordinal)) continue;
            files[kernel.Name] = Usings + $"namespace {Spec.Namespace};\npartial class {Spec.ClassName}\n{{\n    partial class {target.ClassName}\n    {{\n{text}    }}\n}}\n";
        }

        return files;
    }

    /// <summary>The static classes of texts, compiled against this process' assemblies.</summary>
    /// <param name="files">The texts.</param>
    public IReadOnlyDictionary<string, Type> Compile(IReadOnlyDictionary<string, string> files) => Compile(files.Values.Select(text => CSharpSyntaxTree.ParseText(text, Parse)));

    /// <summary>As above, of what the texts were parsed to.</summary>
    public IReadOnlyDictionary<string, Type> Compile(IEnumerable<SyntaxTree> trees)
    {
        string model = $"namespace {Spec.Namespace}; public partial class {Spec.ClassName} {{ public partial class {Target.ClassName} {{ }} }}";
        return Load(trees.Append(CSharpSyntaxTree.ParseText(model, Parse))).GetType($"{Spec.Namespace}.{Spec.ClassName}+{Target.ClassName}", true)!.GetNestedTypes().ToDictionary(t => t.Name);
    }

    /// <summary>Compiles texts against this process' assemblies.</summary>
    public static Assembly Load(IEnumerable<SyntaxTree> trees)
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true);
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create("Kernels" + Guid.NewGuid().ToString("N"), trees, s_references, options).Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
        image.Position = 0;
        return new AssemblyLoadContext(null).LoadFromStream(image);
    }

    public static CSharpParseOptions Parse { get; } = new(LanguageVersion.Preview);

    /// <summary>Entry methods of a kernel class, with what their launch asks for.</summary>
    public static IEnumerable<(MethodInfo Method, Runtime.Gpu.Execution.DeviceKernel Kernel)> Entries(Type kernel) =>
        kernel.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(m => (m, kernel.GetField("s_" + m.Name, BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) as Runtime.Gpu.Execution.DeviceKernel))
            .Where(e => e.Item2 is not null)!;
}
