using System.Linq;
using System.Threading;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>What kind of class the generator can write the other half of.</summary>
internal static class ClassRules
{
    internal const string Base = "DeepSeekCompiler.Runtime.Models.CompiledModel";

    internal static Problem? Check(INamedTypeSymbol symbol, bool devices, CancellationToken cancellation)
    {
        if (Shape(symbol) is { } shape)
        {
            return new(ProblemCode.NotPlainClass, Anchors.Class, $"{symbol.Name} is {shape}; a model is a plain class that stands directly in a namespace.");
        }

        var partial = symbol.DeclaringSyntaxReferences.All(r =>
            r.GetSyntax(cancellation) is TypeDeclarationSyntax type && type.Modifiers.Any(SyntaxKind.PartialKeyword));
        if (!partial) return new(ProblemCode.NotPartial, Anchors.Class, $"{symbol.Name} is not partial, so its other half cannot be generated; add partial.");
        return IsMadeOfNothing(symbol) ? NameRules.Check(symbol, devices) : new(
            ProblemCode.NotPlainClass, Anchors.Class, $"{symbol.Name} cannot be made without arguments, as its generated Load makes it; give it a constructor without parameters and no required members.");
    }

    private static bool IsMadeOfNothing(INamedTypeSymbol symbol) => symbol.InstanceConstructors.Any(c => c.Parameters.Length == 0)
        && !symbol.GetMembers().Any(m => m is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true });

    private static string? Shape(INamedTypeSymbol symbol)
    {
        if (symbol.ContainingType is { } outer)
        {
            return $"nested in {outer.Name}";
        }

        if (symbol.IsGenericType)
        {
            return "generic";
        }

        if (symbol.IsRecord)
        {
            return "a record";
        }

        if (symbol.IsStatic)
        {
            return "static";
        }

        if (symbol.IsAbstract)
        {
            return "abstract";
        }

        if (symbol.IsFileLocal)
        {
            return "local to its file";
        }

        return symbol.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } other && other.ToDisplayString() != Base
            ? $"derived from {other.Name}, but the generated half derives from CompiledModel"
            : null;
    }
}
