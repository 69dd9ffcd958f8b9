using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Diagnostics;

/// <summary>The diagnostics of the generator. The sentence itself, with its values, is written where the rule is; hence the format <c>{0}</c>.</summary>
public static class Descriptors
{
    private const string Category = "DeepSeekCompiler";

    public static readonly DiagnosticDescriptor NotPartial = new(
        ProblemCode.NotPartial, "A model class must be partial", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor NotPlainClass = new(
        ProblemCode.NotPlainClass, "A model must be a plain top-level class", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor MissingAttribute = new(
        ProblemCode.MissingAttribute, "A required attribute is missing", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ConflictingAttributes = new(
        ProblemCode.ConflictingAttributes, "Two attributes exclude each other", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor MissingSetting = new(
        ProblemCode.MissingSetting, "A required value is missing", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor UnusedSetting = new(
        ProblemCode.UnusedSetting, "A value has no effect", "{0}", Category, DiagnosticSeverity.Warning, true);

    public static readonly DiagnosticDescriptor SizeOutOfRange = new(
        ProblemCode.SizeOutOfRange, "A size is out of range", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor NumberOutOfRange = new(
        ProblemCode.NumberOutOfRange, "A number is out of range", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor UnknownValue = new(
        ProblemCode.UnknownValue, "A value is not known", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor OddRopeWidth = new(
        ProblemCode.OddRopeWidth, "The rope width must be even", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor HeadGroups = new(
        ProblemCode.HeadGroups, "Key/value heads must divide query heads", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ExpertGroups = new(
        ProblemCode.ExpertGroups, "Expert groups must divide experts", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor KeptGroups = new(
        ProblemCode.KeptGroups, "More expert groups are kept than exist", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ActiveExperts = new(
        ProblemCode.ActiveExperts, "More experts are active than can be chosen", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor GroupScore = new(
        ProblemCode.GroupScore, "The group score needs two experts a group", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor DenseLayers = new(
        ProblemCode.DenseLayers, "More dense layers than layers", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor Fp8Block = new(
        ProblemCode.Fp8Block, "The FP8 block size is not supported", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor Format = new(
        ProblemCode.Format, "The number format cannot be used there", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor MultiTokenPrediction = new(
        ProblemCode.MultiTokenPrediction, "Multi-token prediction lacks what it needs", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor YarnRamp = new(
        ProblemCode.YarnRamp, "The YaRN ramp is reversed", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor VariantCycle = new(
        ProblemCode.VariantCycle, "A variant is based on itself", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor BaseNotModel = new(
        ProblemCode.BaseNotModel, "A variant is based on a class that is no model", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor BaseBroken = new(
        ProblemCode.BaseBroken, "A variant is based on a model with errors", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ConfigNotFound = new(
        ProblemCode.ConfigNotFound, "The configuration file is not among the AdditionalFiles", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ConfigAmbiguous = new(
        ProblemCode.ConfigAmbiguous, "Several configuration files match", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ConfigSyntax = new(
        ProblemCode.ConfigSyntax, "The configuration file is not valid JSON", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor ConfigType = new(
        ProblemCode.ConfigType, "A configuration value has the wrong type", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor UnknownFamily = new(
        ProblemCode.UnknownFamily, "The model type is not known", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor Unsupported = new(
        ProblemCode.Unsupported, "The configuration asks for something these kernels do not compute", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor Contradiction = new(
        ProblemCode.Contradiction, "Configuration values contradict each other", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor TuningFile = new(
        ProblemCode.TuningFile, "The tuning file cannot be read", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor TuningChoice = new(
        ProblemCode.TuningChoice, "A tuned choice does not fit its kernel", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor TuningUnused = new(
        ProblemCode.TuningUnused, "An entry of the tuning file is for no kernel of the model", "{0}", Category, DiagnosticSeverity.Info, true);

    public static readonly DiagnosticDescriptor Project = new(
        ProblemCode.Project, "The project lacks what generated code needs", "{0}", Category, DiagnosticSeverity.Error, true);

    public static readonly DiagnosticDescriptor Name = new(
        ProblemCode.Name, "A name is in the way of generated code", "{0}", Category, DiagnosticSeverity.Error, true);

    /// <summary>All of them, by identifier.</summary>
    public static readonly IReadOnlyDictionary<string, DiagnosticDescriptor> ByCode = new[]
    {
        NotPartial, NotPlainClass, MissingAttribute, ConflictingAttributes, MissingSetting, UnusedSetting, SizeOutOfRange, NumberOutOfRange,
        UnknownValue, OddRopeWidth, HeadGroups, ExpertGroups, KeptGroups, ActiveExperts, GroupScore, DenseLayers, Fp8Block, Format,
        MultiTokenPrediction, YarnRamp, VariantCycle, BaseNotModel, BaseBroken, ConfigNotFound, ConfigAmbiguous, ConfigSyntax, ConfigType,
        UnknownFamily, Unsupported, Contradiction, TuningFile, TuningChoice, TuningUnused, Project, Name,
    }.ToDictionary(d => d.Id);
}
