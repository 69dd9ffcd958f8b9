using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>The phase of prefill attention in which queries attend, on matrix instructions.</summary>
/// <param name="Attention">The algorithm.</param>
/// <param name="Tile">How it runs.</param>
internal sealed record FlashPhase(FlashSegments Attention, FlashTile Tile)
{
    public override string ToString() => Tile.ToString();
}
