using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a product with many tokens: tiles of activations and weights come to shared memory by asynchronous copies, some steps ahead of the matrix
/// instructions that work on them; a warp holds a part of the tile's sums in registers.</summary>
internal sealed class TileProduct
{
    private readonly MatrixText _text;
    private readonly CodeWriter _w;
    private readonly TilePlaces _places;
    private readonly TileCopies _copies;
    private readonly TileFragments _fragments;

    public TileProduct(MatrixText text)
    {
        (_text, _w, _places) = (text, text.Writer, new(text));
        (_copies, _fragments) = (new(text, _places), new(text, _places));
    }

    public string Method => _text.Name + "Tile";

    /// <summary>16-byte pieces of one step's tiles.</summary>
    public int Pieces => _places.Pieces;

    public void Print()
    {
        var tile = _text.Tile;
        int steps = (_text.Columns + tile.Columns - 1) / tile.Columns;
        _w.Line();
        _w.Line($"/// <summary>{N(_places.Rows)} weight rows from point p0 on, {N(tile.Tokens)} tokens from first on (of those before end).</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static void {Method}(Arguments given, {_text.Item}int p0, int first, int end, ArrayView<Words4> shared)");
        _text.Declare(_text.Addresses());
        _text.DeclarePieces();
        _w.Line("int thread = Group.IdxX, lane = thread & 31, warp = thread >> 5;");
        _w.Line($"int warpTokens = warp % {N(tile.Tokens / tile.WarpTokens)} * {N(tile.WarpTokens)}, warpPoints = warp / {N(tile.Tokens / tile.WarpTokens)} * {N(8 * _places.PointTiles)};");
        _copies.PrintAddresses();
        _fragments.PrintAddresses();
        foreach (var sum in Sums("")) _w.Line($"Sums4 {sum} = default;");
        foreach (var sum in _text.Scaled ? Sums("Block") : []) _w.Line($"Sums4 {sum} = default;");
        _w.Line("int read = 0, write = 0;");
        _w.Open($"for (int next = 0; next < {N(tile.Stages - 1)}; next++)");
        _copies.Print(steps);
        _w.Close();
        _w.Line();
        _w.Open($"for (int step = 0; step < {N(steps)}; step++)");
        _w.Line($"MatrixCore.WaitCopies{N(tile.Stages - 2)}();");
        _w.Line("Group.Barrier();");
        _w.Line($"int next = step + {N(tile.Stages - 1)};");
        _copies.Print(steps);
        _w.Line();
        _fragments.PrintMultiplications();
        if (_text.Scaled) PrintPromotion(steps);
        _w.Line($"read = read == {N((tile.Stages - 1) * Pieces)} ? 0 : read + {N(Pieces)};");
        _w.Close();
        _w.Line();
        _w.Line("Group.Barrier();");
        PrintStores();
        _w.Close();
    }

    private static string Plus(int value) => value == 0 ? "" : " + " + N(value);

    private static string N(long value) => MatrixText.Number(value);

    private static string Lower(Product product) => char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1);

    /// <summary>Name of the sums of an instruction.</summary>
    public static string Sum(Product product, int token, int point, string suffix) => $"{Lower(product)}{suffix}{N(token)}_{N(point)}";

    private IEnumerable<string> Sums(string suffix) =>
        from product in _text.Points.Chain from token in Enumerable.Range(0, _places.TokenTiles) from point in Enumerable.Range(0, _places.PointTiles) select Sum(product, token, point, suffix);

    private void PrintPromotion(int steps)
    {
        int each = 128 / _text.Tile.Columns;
        _w.Line();
        _w.Line("// A block of 128 columns has scales of its own; its sums are scaled and added in float32 (DeepSeek-V3 report, section 3.3.2).");
        _w.Open($"if (step % {N(each)} == {N(each - 1)} || step == {N(steps - 1)})");
        _w.Line($"int block = step / {N(each)};");
        var points = _text.Points;
        if (_text.ActivationCodes)
        {
            for (int i = 0; i < _places.TokenTiles; i++)
            {
                _w.Line($"int token{i} = Math.Min(first + warpTokens + {N(16 * i)} + (lane >> 2), end - 1), tokenBelow{i} = Math.Min(first + warpTokens + {N(16 * i + 8)} + (lane >> 2), end - 1);");
                _w.Line($"float xScale{i} = {_text.ActivationScale($"token{i}")}, xScaleBelow{i} = {_text.ActivationScale($"tokenBelow{i}")};");
            }
        }

        bool one = points.OneScale(_text.Tile);
        foreach (var product in points.Chain)
        {
            if (one) _w.Line($"float {Lower(product)}BlockScale = {_text.WeightScale(product, "p0")};");
            for (int j = 0; j < _places.PointTiles; j++)
            {
                string left = $"{Lower(product)}BlockScale", right = left;
                if (!one)
                {
                    (left, right) = ($"{Lower(product)}Scale{j}", $"{Lower(product)}ScaleRight{j}");
                    string point = $"{Lower(product)}Point{j}";
                    _w.Line($"int {point} = Math.Min(p0 + warpPoints + {N(8 * j)} + (lane & 3) * 2, {N(points.Count - 1)}), {point}Right = Math.Min({point} + 1, {N(points.Count - 1)});");
                    _w.Line($"float {left} = {_text.WeightScale(product, point)}, {right} = {_text.WeightScale(product, point + "Right")};");
                }

                for (int i = 0; i < _places.TokenTiles; i++)
                {
                    string sum = Sum(product, i, j, ""), part = Sum(product, i, j, "Block");
                    string low = _text.ActivationCodes ? $"xScale{i}" : "1", high = _text.ActivationCodes ? $"xScaleBelow{i}" : "1";
                    _w.Line($"{sum} = Fragment.Promote({sum}, {part}, {low}, {high}, {left}, {right});");
                    _w.Line($"{part} = default;");
                }
            }
        }

        _w.Close();
    }

    private void PrintStores()
    {
        var points = _text.Points;
        _w.Line("int ownToken = first + warpTokens + (lane >> 2), ownPoint = p0 + warpPoints + (lane & 3) * 2;");
        for (int i = 0; i < _places.TokenTiles; i++)
        {
            for (int j = 0; j < _places.PointTiles; j++)
            {
                for (int half = 0; half < 2; half++)
                {
                    var values = points.Chain.SelectMany(p => half == 0
                        ? new[] { Sum(p, i, j, "") + ".X", Sum(p, i, j, "") + ".Y" }
                        : [Sum(p, i, j, "") + ".Z", Sum(p, i, j, "") + ".W"]);
                    _w.Line($"Put{_text.Name}Pair(given, {_text.ItemArgument}ownToken{Plus(16 * i + 8 * half)}, ownPoint{Plus(8 * j)}, end, {string.Join(", ", values)});");
                }
            }
        }
    }
}
