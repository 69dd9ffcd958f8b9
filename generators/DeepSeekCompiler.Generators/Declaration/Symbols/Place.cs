using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>Where something of a declaration stands. Holds a real location, without which <c>#pragma warning disable</c> would not work.</summary>
/// <param name="Anchor">A setting or one of <see cref="Anchors"/>.</param>
/// <param name="Location">The place in the source.</param>
internal sealed record Place(string Anchor, Location Location);
