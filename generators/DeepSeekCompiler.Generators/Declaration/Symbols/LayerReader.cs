using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>Reads the attributes of one class.</summary>
internal sealed class LayerReader
{
    private readonly List<Setting> settings = [];
    private readonly List<Problem> problems = [];
    private readonly INamedTypeSymbol symbol;

    private LayerReader(INamedTypeSymbol symbol)
    {
        this.symbol = symbol;
        Attributes = [.. symbol.GetAttributes()
            .Select(a => (Name: NameOf(a), Data: a))
            .Where(a => a.Name is not null)
            .Select(a => (a.Name!, a.Data))];
    }

    /// <summary>The attributes of ours, in the order of the source.</summary>
    internal IReadOnlyList<(string Name, AttributeData Data)> Attributes { get; }

    internal IReadOnlyList<Problem> Problems => problems;

    /// <summary>Whether an argument or a constructor is none, which the C# compiler says itself.</summary>
    internal bool HasErrors => Attributes.Any(a => a.Data.AttributeConstructor is null
        || a.Data.ConstructorArguments.Concat(a.Data.NamedArguments.Select(n => n.Value)).Any(v => v.Kind == TypedConstantKind.Error));

    internal bool IsModel => Attributes.Any(a => AttributeTable.Roots.Contains(a.Name));

    internal bool IsVariant => Attributes.Any(a => a.Name == AttributeTable.Variant);

    /// <summary>What <c>BasedOn</c> names; null when it is not said or null.</summary>
    internal TypedConstant? BasedOn => Attributes
        .Where(a => a.Name == AttributeTable.Variant)
        .SelectMany(a => a.Data.NamedArguments)
        .Where(a => a.Key == Anchors.BasedOn && !a.Value.IsNull)
        .Select(a => (TypedConstant?)a.Value)
        .FirstOrDefault();

    internal static LayerReader Read(INamedTypeSymbol symbol)
    {
        var reader = new LayerReader(symbol);
        AttributeRules.Check(reader.Attributes, reader.problems);
        foreach (var (name, data) in reader.Attributes)
        {
            reader.Attribute(name, data);
        }

        return reader;
    }

    internal DeclarationLayer ToLayer() => new(symbol.Name, ConfigPath(), new(settings.OrderBy(s => s.Name, StringComparer.Ordinal)));

    /// <summary>The name of an attribute of ours, without the suffix; null for others.</summary>
    internal static string? NameOf(AttributeData data) => data.AttributeClass is { } type
        && type.ContainingNamespace is { Name: AttributeTable.Namespace, ContainingNamespace.IsGlobalNamespace: true }
        && type.Name.EndsWith("Attribute", StringComparison.Ordinal)
        && type.Name.Substring(0, type.Name.Length - "Attribute".Length) is var name && AttributeTable.Names.Contains(name)
            ? name
            : null;

    private void Attribute(string name, AttributeData data)
    {
        foreach (var argument in data.NamedArguments.Where(a => a.Key != Anchors.BasedOn && a.Value.Value is not null))
        {
            Add(name, AttributeTable.SettingOf(name, argument.Key), argument.Value);
        }

        // An attribute says something by being there.
        switch (name)
        {
            case SettingNames.LatentAttention or SettingNames.GroupedQueryAttention or SettingNames.MixtureOfExperts or SettingNames.Yarn or SettingNames.Trainable:
                Add(name, new Setting(name, 1, name));
                break;
            case AttributeTable.Fp8:
                Add(name, new Setting(SettingNames.LinearFormat, (int)NumberFormat.E4M3, nameof(NumberFormat.E4M3)));
                break;
            case AttributeTable.MultiTokenPrediction when data.NamedArguments.Length == 0:
                Add(name, new Setting(SettingNames.NumNextnPredictLayers, 1, "1"));
                break;
        }
    }

    private void Add(string attribute, string setting, TypedConstant constant)
    {
        var text = Convert.ToString(constant.Value, CultureInfo.InvariantCulture);
        var number = constant.Value is string ? 0 : Convert.ToDouble(constant.Value, CultureInfo.InvariantCulture);
        Add(attribute, new Setting(setting, number, text));
    }

    private void Add(string attribute, Setting setting)
    {
        if (settings.Any(s => s.Name == setting.Name))
        {
            problems.Add(new(
                ProblemCode.ConflictingAttributes, setting.Name, $"{setting.Name} is said twice on {symbol.Name}, the second time by [{attribute}]; say it once."));
            return;
        }

        settings.Add(setting);
    }

    private string? ConfigPath() => Attributes.FirstOrDefault(a => a.Name == AttributeTable.ModelFromConfig).Data is { } data
        ? data.ConstructorArguments.FirstOrDefault().Value as string ?? string.Empty
        : null;
}
