using System.Collections.Generic;
using System.Linq;
using System.Threading;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>Finds where each part of a declaration stands in the source.</summary>
internal static class PlaceReader
{
    internal static EquatableArray<Place> Read(SyntaxNode node, LayerReader layer, CancellationToken cancellation)
    {
        var places = new List<Place>();
        foreach (var (name, data) in layer.Attributes)
        {
            if (data.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax syntax)
            {
                continue;
            }

            places.Add(new(Anchors.Attribute(name), syntax.GetLocation()));
            foreach (var argument in syntax.ArgumentList?.Arguments ?? default)
            {
                var anchor = argument.NameEquals is { } key ? AttributeTable.SettingOf(name, key.Name.Identifier.ValueText) : Anchors.Path;
                places.Add(new(anchor, argument.GetLocation()));
            }
        }

        if (node is TypeDeclarationSyntax type)
        {
            places.Add(new(Anchors.Class, type.Identifier.GetLocation()));
        }

        // A value said twice is blamed where it was said last.
        return new(Enumerable.Reverse(places));
    }
}
