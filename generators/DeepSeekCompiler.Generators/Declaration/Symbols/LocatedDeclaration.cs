using System.Linq;
using DeepSeekCompiler.Generators.Spec;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>A declaration with its places. Locations change with every edit of their file, so what is generated hangs on the declaration alone.</summary>
internal sealed record LocatedDeclaration(ModelDeclaration Declaration, EquatableArray<Place> Places)
{
    /// <summary>The place to blame: the argument, else the attribute that lacks it, else what the model was taken from, else the class.</summary>
    internal Location Find(string anchor) =>
        Place(anchor) ?? Place(Anchors.Attribute(AttributeTable.OwnerOf(anchor))) ?? Place(AttributeTable.OwnerOf(anchor)) ?? Place(Anchors.BasedOn) ?? Place(Anchors.Path)
        ?? Place(Anchors.Attribute(AttributeTable.Model)) ?? Place(Anchors.Class)!;

    private Location? Place(string anchor) => Places.FirstOrDefault(p => p.Anchor == anchor)?.Location;
}
