using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Symbols;
using DeepSeekCompiler.Generators.Declaration.Tuning;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DeepSeekCompiler.Generators;

/// <summary>
/// The incremental generator. Symbols become records, records a specification, the specification text; every arrow is cut off by structural
/// equality. Two outputs: source hangs on the specification alone, diagnostics on the places too, which change with every edit of their file.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelGenerator : IIncrementalGenerator
{
    private readonly Func<ModelSpec, CompileOptions, IReadOnlyList<GeneratedFile>> compile;

    /// <summary>The generator as the build runs it.</summary>
    public ModelGenerator()
        : this(ModelCompiler.Compile)
    {
    }

    /// <summary>The front end with another compiler behind it; so that tests of declarations wait for no kernel.</summary>
    public ModelGenerator(Func<ModelSpec, IReadOnlyList<GeneratedFile>> compile)
        : this((spec, _) => compile(spec))
    {
    }

    /// <summary>As above, with a compiler that sees the options.</summary>
    public ModelGenerator(Func<ModelSpec, CompileOptions, IReadOnlyList<GeneratedFile>> compile) => this.compile = compile;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var configs = context.AdditionalTextsProvider
            .Where(static file => Path.GetExtension(file.Path).Equals(".json", StringComparison.OrdinalIgnoreCase) && !IsTuning(file))
            .Select(static (file, cancellation) => ConfigText.Read(file.Path, file.GetText(cancellation)?.ToString() ?? string.Empty))
            .WithTrackingName(TrackingNames.Config)
            .Collect();

        var tunings = context.AdditionalTextsProvider
            .Where(IsTuning)
            .Select(static (file, cancellation) => TuningReader.Read(file.Path, file.GetText(cancellation)?.ToString() ?? string.Empty))
            .WithTrackingName(TrackingNames.Tuning);
        var choices = tunings
            .Select(static (text, _) => text.Tuning)
            .Collect()
            .Select(static (all, _) => ScheduleTuning.Of(all))
            .WithTrackingName(TrackingNames.Choices);
        context.RegisterSourceOutput(tunings.SelectMany(static (text, _) => text.Problems.Select(problem => Located(text.Path, problem))), static (output, diagnostic) => output.ReportDiagnostic(diagnostic));

        // Device programs refer to the device runtime: they are printed where it is referenced.
        var options = context.CompilationProvider
            .Select(static (compilation, _) => ProjectRules.HasDevices(compilation) ? CompileOptions.AllTargets : CompileOptions.AllWidths)
            .Combine(choices)
            .Select(static (pair, _) => pair.Left with { Tuning = pair.Right })
            .WithTrackingName(TrackingNames.Options);

        var project = context.CompilationProvider.Select(static (compilation, _) => ProjectRules.Check(compilation)).WithTrackingName(TrackingNames.Project);

        foreach (var name in AttributeTable.Names)
        {
            var declarations = context.SyntaxProvider
                .ForAttributeWithMetadataName(
                    AttributeTable.MetadataName(name),
                    static (node, _) => node is TypeDeclarationSyntax,
                    static (attributed, cancellation) => DeclarationReader.Read(attributed, cancellation))
                .Where(static d => d is not null)
                .WithTrackingName(TrackingNames.Declaration);
            Register(context, declarations!, configs, options, project, tunings.Collect());
        }
    }

    private void Register(
        IncrementalGeneratorInitializationContext context,
        IncrementalValuesProvider<LocatedDeclaration> declarations,
        IncrementalValueProvider<ImmutableArray<ConfigText>> configs,
        IncrementalValueProvider<CompileOptions> options,
        IncrementalValueProvider<EquatableArray<Problem>> project,
        IncrementalValueProvider<ImmutableArray<TuningText>> tunings)
    {
        var sources = declarations
            .Select(static (located, _) => located.Declaration)
            .WithTrackingName(TrackingNames.Symbolless)
            .Combine(configs)
            .Select(static (pair, _) => Resolver.Resolve(pair.Left, pair.Right).Spec)
            .WithTrackingName(TrackingNames.Spec)
            .Combine(options)
            .Combine(project)
            .Select((pair, _) => pair.Right.Count > 0 ? default : Compile(pair.Left.Left, pair.Left.Right))
            .WithTrackingName(TrackingNames.Source);
        context.RegisterSourceOutput(sources, static (output, files) =>
        {
            foreach (var file in files)
            {
                output.AddSource(file.HintName, file.Text);
            }
        });

        var diagnostics = declarations
            .Combine(configs)
            .Combine(tunings)
            .Combine(options)
            .Combine(project)
            .SelectMany(static (pair, _) => Diagnose(pair.Left.Left.Left.Left, pair.Left.Left.Left.Right, pair.Left.Left.Right, pair.Left.Right, pair.Right))
            .WithTrackingName(TrackingNames.Diagnostic);
        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic));
    }

    private EquatableArray<GeneratedFile> Compile(ModelSpec? spec, CompileOptions options)
    {
        using var culture = new InvariantCulture();
        return spec is null ? default : new(compile(spec, options));
    }

    private static IEnumerable<Diagnostic> Diagnose(LocatedDeclaration located, IReadOnlyList<ConfigText> configs, IReadOnlyList<TuningText> tunings, CompileOptions options, EquatableArray<Problem> project)
    {
        var resolution = Resolver.Resolve(located.Declaration, configs);
        var declared = resolution.Findings.Select(finding => Diagnostic.Create(
            Descriptors.ByCode[finding.Problem.Code],
            located.Find(finding.Problem.Property),
            finding.InConfig is { } place ? [InConfig(finding.ConfigPath!, place)] : [],
            finding.Problem.Message));
        declared = declared.Concat(project.Select(problem => Diagnostic.Create(Descriptors.ByCode[problem.Code], located.Find(problem.Property), problem.Message)));
        return resolution.Spec is { } spec ? declared.Concat(tunings.SelectMany(text => TuningChecks.Of(spec, text, options).Select(problem => Located(text.Path, problem)))) : declared;
    }

    private static bool IsTuning(AdditionalText file) => file.Path.EndsWith(TuningReader.Extension, StringComparison.OrdinalIgnoreCase);

    private static Diagnostic Located(string path, Declaration.Configs.ConfigProblem problem) => Diagnostic.Create(Descriptors.ByCode[problem.Code], InConfig(path, problem), problem.Message);

    private static Location InConfig(string path, Declaration.Configs.ConfigProblem place)
    {
        var position = new LinePosition(place.Line - 1, place.Column - 1);
        return Location.Create(path, new TextSpan(place.Offset, 0), new LinePositionSpan(position, position));
    }
}
