using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>A class that is declared to be a model, as gathered from its attributes and those of the models it is based on.</summary>
/// <remarks>The generator caches it: equality is structural and no Roslyn type may appear below it. Places in the source live beside it.</remarks>
/// <param name="ClassName">The class, as C# spells it: @ in front of words of the language.</param>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Layers">The base of all first, the class itself last; empty when the chain of bases does not compile.</param>
/// <param name="Problems">What is wrong with the class and its attributes as such.</param>
public sealed record ModelDeclaration(
    string ClassName, string Namespace, EquatableArray<DeclarationLayer> Layers, EquatableArray<Problem> Problems);
