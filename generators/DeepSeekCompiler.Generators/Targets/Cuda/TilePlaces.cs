using DeepSeekCompiler.Generators.Schedules.Matrix;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Where the tiles of one step lie in shared memory, in pieces of 16 bytes: the activation rows, term after term, then the weight rows, those of a
/// partner behind the first one's.</summary>
/// <remarks>A row's pieces change places by a few bits of the row's number (a swizzle), so that the eight rows that are read together lie in different
/// banks.</remarks>
internal sealed class TilePlaces
{
    private readonly MatrixText _text;

    public TilePlaces(MatrixText text)
    {
        _text = text;
        var tile = text.Tile;
        ActivationPieces = tile.Columns * (text.ActivationCodes ? 1 : 2) / 16;
        WeightPieces = tile.Columns * (text.Codes ? 1 : 2) / 16;
        Rows = text.Points.Rows(tile);
        TokenTiles = tile.WarpTokens / 16;
        int warpRows = tile.Rows / (tile.Warps / (tile.Tokens / tile.WarpTokens));
        PointTiles = warpRows / text.Points.Chain.Count / 8;
    }

    private ProductTile Tile => _text.Tile;

    /// <summary>Pieces of an activation row's part that a step multiplies.</summary>
    public int ActivationPieces { get; }

    /// <summary>Pieces of a weight row's part.</summary>
    public int WeightPieces { get; }

    /// <summary>Weight rows of one product.</summary>
    public int Rows { get; }

    /// <summary>Instructions of 16 tokens along a warp's part of the tile.</summary>
    public int TokenTiles { get; }

    /// <summary>Instructions of 8 points, for each product.</summary>
    public int PointTiles { get; }

    /// <summary>Pieces of one step's tiles.</summary>
    public int Pieces => WeightStart + Tile.Rows * WeightPieces;

    public int WeightStart => _text.Terms * TermPieces;

    /// <summary>Pieces of one term of the activations.</summary>
    public int TermPieces => Tile.Tokens * ActivationPieces;

    // Rows of 64 bytes share the banks with every second one, rows of 32 bytes with every fourth.
    public string ActivationSwizzle(string row) => _text.ActivationCodes ? $"{row} >> 2 & 1" : _text.Codes ? $"({row} >> 1 & 1) << 1" : $"{row} >> 1 & 3";

    public string WeightSwizzle(string row) => _text.Codes ? $"{row} >> 2 & 1" : $"{row} >> 1 & 3";
}
