using System.Collections.Generic;
using System.Linq;
using System.Threading;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>From the symbol of a class with attributes of ours to its declaration.</summary>
internal static class DeclarationReader
{
    /// <summary>Reads the class, unless another attribute of it is the one that is asked to (<c>null</c>).</summary>
    internal static LocatedDeclaration? Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        using var culture = new InvariantCulture();
        var symbol = (INamedTypeSymbol)context.TargetSymbol;
        if (symbol.TypeKind != TypeKind.Class)
        {
            return null; // The C# compiler says that the attributes are for classes.
        }

        // A class with five of our attributes comes here five times; the first of them speaks for it.
        if (!context.Attributes.Contains(symbol.GetAttributes().First(a => LayerReader.NameOf(a) is not null)))
        {
            return null;
        }

        var own = LayerReader.Read(symbol);
        var problems = own.Problems.ToList();
        if (ClassRules.Check(symbol, ProjectRules.HasDevices(context.SemanticModel.Compilation), cancellation) is { } shape)
        {
            problems.Add(shape);
        }

        var layers = Chain(symbol, own, problems);
        var ns = symbol.ContainingNamespace.IsGlobalNamespace ? string.Empty : symbol.ContainingNamespace.ToDisplayString();
        return new(new(NameRules.Spelled(symbol.Name), ns, new(layers), new(problems)), PlaceReader.Read(context.TargetNode, own, cancellation));
    }

    private static List<DeclarationLayer> Chain(INamedTypeSymbol symbol, LayerReader own, List<Problem> problems)
    {
        var layers = new List<DeclarationLayer> { own.ToLayer() };
        var seen = new List<INamedTypeSymbol> { symbol };
        if (own.HasErrors)
        {
            return [];
        }

        for (var layer = own; layer.IsVariant;)
        {
            if (layer.BasedOn is not { } basedOn)
            {
                Report(ProblemCode.MissingSetting, layer, "BasedOn is missing: a variant needs the model that it differs from.");
                return layers;
            }

            if (basedOn.Value is ITypeSymbol { TypeKind: TypeKind.Error })
            {
                return []; // The C# compiler has said it.
            }

            var value = (ITypeSymbol)basedOn.Value!;
            var next = value is INamedTypeSymbol named ? LayerReader.Read(named) : null;
            if (next is not { IsModel: true })
            {
                Report(ProblemCode.BaseNotModel, layer, $"{value.ToDisplayString()} is no model; BasedOn needs a class with [Model], [Variant] or [ModelFromConfig].");
                return layers;
            }

            var type = (INamedTypeSymbol)value;
            if (seen.Contains(type, SymbolEqualityComparer.Default))
            {
                var circle = string.Join(" -> ", seen.Concat([type]).Select(s => s.Name));
                problems.Add(new(ProblemCode.VariantCycle, Anchors.BasedOn, $"The variant is based on itself: {circle}."));
                return layers;
            }

            if (next.HasErrors)
            {
                return [];
            }

            if (next.Problems.Count > 0)
            {
                problems.Add(new(
                    ProblemCode.BaseBroken,
                    Anchors.BasedOn,
                    $"{type.Name}, which this model is based on, has errors of its own; the first is: {next.Problems[0].Message}"));
                return layers;
            }

            seen.Add(type);
            layers.Insert(0, next.ToLayer());
            layer = next;
        }

        return layers;

        // A fault further down the chain is the base's own; here it only stands in the way.
        void Report(string code, LayerReader at, string message) => problems.Add(at == own
            ? new(code, code == ProblemCode.MissingSetting ? Anchors.Attribute(AttributeTable.Variant) : Anchors.BasedOn, message)
            : new(ProblemCode.BaseBroken, Anchors.BasedOn, $"A model that this one is based on has errors of its own: {message}"));
    }
}
