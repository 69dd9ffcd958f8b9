using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>Names of a class and of what stands beside it that generated code cannot live with.</summary>
internal static class NameRules
{
    /// <summary>The first name that is in the way.</summary>
    internal static Problem? Check(INamedTypeSymbol symbol, bool devices)
    {
        if (GeneratedNames.Members.Contains(symbol.Name))
        {
            return Refuse($"{symbol.Name} is the name of a member of the generated half, which C# allows no member of a class {symbol.Name} to have; name the class otherwise.");
        }

        if (Hiding(symbol, devices) is { } hiding)
        {
            return Refuse(hiding.Equals(symbol, SymbolEqualityComparer.Default)
                ? $"{symbol.Name} is also the name of a type that the generated half uses; name the class otherwise."
                : $"{hiding.ToDisplayString()} hides the type {hiding.Name} that the generated half of {symbol.Name} uses; name it otherwise, or declare the model outside of its namespace.");
        }

        return Twin(symbol) is { } twin
            ? Refuse($"{symbol.ToDisplayString()} and {twin.ToDisplayString()} differ by upper and lower case alone, and generated files are named after their models; name one of them otherwise.")
            : null;
    }

    /// <summary>A name as C# spells it: words of the language have an @ in front.</summary>
    internal static string Spelled(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private static Problem Refuse(string message) => new(ProblemCode.Name, Anchors.Class, message);

    // Generated files look at the class, then at its namespace and those around it, then at their own usings.
    private static ISymbol? Hiding(INamedTypeSymbol symbol, bool devices)
    {
        var around = new List<INamespaceSymbol> { symbol.ContainingNamespace };
        while (!around[around.Count - 1].IsGlobalNamespace) around.Add(around[around.Count - 1].ContainingNamespace);
        foreach (var entry in devices ? GeneratedNames.Types.Concat(GeneratedNames.DeviceTypes) : GeneratedNames.Types)
        {
            var parts = entry.Split('`');
            int arity = parts.Length - 1;
            var beside = symbol.GetTypeMembers(parts[0]).Concat(around.SelectMany(n => n.GetMembers(parts[0])));
            if (beside.FirstOrDefault(m => m is INamedTypeSymbol type ? type.Arity == arity && IsSeen(type, symbol) : arity == 0) is { } found) return found;
        }

        return null;
    }

    private static bool IsSeen(INamedTypeSymbol type, INamedTypeSymbol from) =>
        type.DeclaredAccessibility == Accessibility.Public || type.ContainingType is not null || SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, from.ContainingAssembly);

    // Of two such models, the one that comes later in the alphabet is refused, so that it is said once.
    private static INamedTypeSymbol? Twin(INamedTypeSymbol symbol)
    {
        var namespaces = new List<INamespaceSymbol>();
        for (var ns = symbol.ContainingNamespace; !ns.IsGlobalNamespace; ns = ns.ContainingNamespace) namespaces.Insert(0, ns);
        var top = symbol.ContainingNamespace;
        while (!top.IsGlobalNamespace) top = top.ContainingNamespace;
        IEnumerable<INamespaceSymbol> like = [top];
        foreach (var part in namespaces) like = like.SelectMany(n => n.GetNamespaceMembers().Where(m => Alike(m, part)));
        return like.SelectMany(n => n.GetTypeMembers())
            .FirstOrDefault(t => Alike(t, symbol) && string.CompareOrdinal(t.ToDisplayString(), symbol.ToDisplayString()) < 0
                && t.GetAttributes().Any(a => LayerReader.NameOf(a) is { } name && AttributeTable.Roots.Contains(name)));
    }

    private static bool Alike(ISymbol a, ISymbol b) => string.Equals(a.Name, b.Name, StringComparison.OrdinalIgnoreCase);
}
