using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>What a project must have for generated code to compile; without it nothing is generated, and the C# compiler has nothing to complain about.</summary>
internal static class ProjectRules
{
    /// <summary>Collection expressions are the newest that generated code has.</summary>
    private const LanguageVersion Needed = LanguageVersion.CSharp12;

    private const string Runtime = "DeepSeekCompiler.Runtime";

    private const string DeviceRuntime = "DeepSeekCompiler.Runtime.Gpu";

    /// <summary>Whether device programs are printed: they refer to the device runtime.</summary>
    internal static bool HasDevices(Compilation compilation) => compilation.ReferencedAssemblyNames.Any(a => a.Name == DeviceRuntime);

    internal static EquatableArray<Problem> Check(Compilation compilation) => new(new[] { References(compilation), Unsafe(compilation), Language(compilation) }.OfType<Problem>());

    private static Problem? References(Compilation compilation) => compilation.GetTypeByMetadataName(ClassRules.Base) is not null
        ? null
        : Say($"Generated code derives from {ClassRules.Base}, which this project does not see; add a reference to {Runtime}.");

    private static Problem? Unsafe(Compilation compilation) => compilation.Options is not CSharpCompilationOptions { AllowUnsafe: false }
        ? null
        : Say("Generated kernels have unsafe code, which this project does not allow; add <AllowUnsafeBlocks>true</AllowUnsafeBlocks> to it.");

    private static Problem? Language(Compilation compilation) => compilation is not CSharpCompilation { LanguageVersion: < Needed } older
        ? null
        : Say($"Generated code is C# {Needed.ToDisplayString()}, and this project is compiled as C# {older.LanguageVersion.ToDisplayString()}; leave <LangVersion> out of it, or say latest.");

    private static Problem Say(string message) => new(ProblemCode.Project, Anchors.Class, message);
}
