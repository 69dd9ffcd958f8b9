using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a product for warpgroup matrix instructions as two methods: one asks the copy engine for the tiles of a work item, step by step along the
/// reduced columns; the other multiplies each step's tiles as they arrive and finishes the sums.</summary>
/// <remarks>A stage of the ring holds the activation rows (a tile for every term) and behind them the weight rows, a partner's below the first one's, so that
/// one instruction multiplies with both. Rows are 128 bytes, swizzled by the copy engine. Steps are counted through all work items of a group: the count
/// says which stage comes next and, by its parity, which use of the stage.</remarks>
internal sealed class WarpgroupProduct
{
    // Numbers of a tile row that one instruction's sums hold side by side in a thread's Sums4.
    private const int Group = 8;

    private readonly MatrixText _text;
    private readonly CodeWriter _w;
    private readonly ProductPoints _points;
    private readonly ProductTile _tile;
    private readonly WeightRuns _runs;
    private readonly int _rows;
    private readonly int _steps;
    private readonly int _weightStart;

    public WarpgroupProduct(MatrixText text)
    {
        (_text, _w, _points, _tile) = (text, text.Writer, text.Points, text.Tile);
        _runs = WeightRuns.Of(_points.First);
        _rows = _points.Rows(_tile);
        _steps = (text.Columns + _tile.Columns - 1) / _tile.Columns;
        _weightStart = text.Terms * _tile.Tokens * WarpgroupTiles.RowBytes;
    }

    public string Copy => "Copy" + _text.Name;

    public string Multiply => "Multiply" + _text.Name;

    private bool Wide => _tile.Rows == WarpgroupTiles.WideRows;

    /// <summary>Bytes of a stage.</summary>
    private int StageBytes => _weightStart + _tile.Rows * WarpgroupTiles.RowBytes;

    /// <summary>Where the barriers stand, behind the tiles.</summary>
    public static int BarrierStart(ProductTile tile) => tile.DynamicBytes - WarpgroupTiles.Alignment - tile.Stages * WarpgroupTiles.BarrierBytes;

    public void PrintCopy()
    {
        int box = _runs.Box(_rows);
        _w.Line();
        _w.Line($"/// <summary>Has the tiles of {N(_rows)} weight rows from point p0 on and {N(_tile.Tokens)} tokens from first on copied to the ring, from its step on; the step behind the last.</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static int {Copy}(Arguments given, {_text.Item}int p0, int first, int shared, int step)");
        _text.Declare(_points.Expert);
        for (int i = 0; i * box < _rows; i++) _w.Line($"int row{N(i)} = {_text.WeightRow(i == 0 ? "p0" : $"(p0 + {N(i * box)})")};");
        _w.Open($"for (int block = 0; block < {N(_steps)}; block++)");
        PrintStage();
        _w.Line($"TransferBarrier.Wait(full + 8, (step / {N(_tile.Stages)} & 1) ^ 1);");
        _w.Line($"TransferBarrier.Expect(full, {N(StageBytes)});");
        string column = $"block * {N(_tile.Columns)}";
        for (int term = 0; term < _text.Terms; term++)
            _w.Line($"TileCopy.Load(tile{Plus(term * _tile.Tokens * WarpgroupTiles.RowBytes)}, given.{TileMap.Activations(_text, term)}, {column}, first, full);");
        for (int c = 0; c < _points.Chain.Count; c++)
        {
            for (int i = 0; i * box < _rows; i++)
                _w.Line($"TileCopy.Load(tile + {N(_weightStart + (c * _rows + i * box) * WarpgroupTiles.RowBytes)}, given.{TileMap.Weight(_points.Chain[c])}, {column}, row{N(i)}, full);");
        }

        _w.Line("step++;");
        _w.Close();
        _w.Line();
        _w.Line("return step;");
        _w.Close();
    }

    public void PrintMultiply()
    {
        _w.Line();
        _w.Line($"/// <summary>Multiplies those tiles as they arrive; a warpgroup has {N(64)} of the tokens (of those before end).</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static int {Multiply}(Arguments given, {_text.Item}int p0, int first, int end, int shared, int step)");
        _text.Declare(_text.Scaled ? _text.Addresses() : []);
        _w.Line("int thread = Group.IdxX - 128, lane = thread & 31, token = first + (thread >> 5) * 16 + (lane >> 2);");
        if (_text.Scaled) PrintScaledSums();
        else _w.Line($"{(Wide ? "Sums128" : "Sums64")} sums = default;");
        _w.Open($"for (int block = 0; block < {N(_steps)}; block++)");
        if (_text.Scaled) PrintScales();
        PrintStage();
        _w.Line($"TransferBarrier.Wait(full, step / {N(_tile.Stages)} & 1);");
        string weights = $"MatrixDescriptor.Of(tile + {N(_weightStart)})";
        for (int term = 0; term < _text.Terms; term++)
        {
            string rows = $"MatrixDescriptor.Of(tile + (thread >> 7) * {N(64 * WarpgroupTiles.RowBytes)}{Plus(term * _tile.Tokens * WarpgroupTiles.RowBytes)})";
            _w.Line(_text.Fp8 ? $"Sums64 part = Warpgroup.MultiplyE4M3({rows}, {weights});" : $"sums = Warpgroup.Multiply{(Wide ? "Wide" : "")}BF16(sums, {rows}, {weights});");
        }

        _w.Line("if (lane == 0) TransferBarrier.Arrive(full + 8);");
        if (_text.Scaled) PrintPromotion();
        _w.Line("step++;");
        _w.Close();
        _w.Line();
        PrintStores();
        _w.Line("return step;");
        _w.Close();
    }

    private void PrintStage()
    {
        _w.Line($"int stage = step % {N(_tile.Stages)}, tile = shared + stage * {N(StageBytes)}, full = shared + {N(BarrierStart(_tile))} + stage * {N(WarpgroupTiles.BarrierBytes)};");
    }

    private void PrintScaledSums()
    {
        _w.Line("int above = Math.Min(token, end - 1), below = Math.Min(token + 8, end - 1);");
        foreach (var product in _points.Chain) _w.Line($"Sums4 {string.Join(", ", Enumerable.Range(0, _rows / Group).Select(j => Sum(product, j) + " = default"))};");
        int one = _runs.OneScale(_rows);
        for (int i = 1; i * one < _rows; i++) _w.Line($"int p{N(i)} = Math.Min(p0 + {N(i * one)}, {N(_points.Count - 1)});");
    }

    // Asked for before the tiles are waited for: they are there when the product is.
    private void PrintScales()
    {
        _w.Line($"float scaleAbove = {_text.ActivationScale("above")}, scaleBelow = {_text.ActivationScale("below")};");
        int one = _runs.OneScale(_rows);
        foreach (var product in _points.Chain)
        {
            for (int i = 0; i * one < _rows; i++) _w.Line($"float {Lower(product)}Scale{N(i)} = {_text.WeightScale(product, "p" + N(i))};");
        }
    }

    private void PrintPromotion()
    {
        _w.Line("// A block of 128 columns has scales of its own; its sums are scaled and added in float32 (DeepSeek-V3 report, section 3.3.2).");
        int one = _runs.OneScale(_rows);
        for (int c = 0; c < _points.Chain.Count; c++)
        {
            var product = _points.Chain[c];
            for (int j = 0; j < _rows / Group; j++)
            {
                string scale = $"{Lower(product)}Scale{N(j * Group / one)}";
                _w.Line($"{Sum(product, j)} = Fragment.Promote({Sum(product, j)}, part.C{N(c * _rows / Group + j)}, scaleAbove, scaleBelow, {scale}, {scale});");
            }
        }
    }

    private void PrintStores()
    {
        string Value(int c, int j) => _text.Scaled ? Sum(_points.Chain[c], j) : $"sums.C{N(c * _rows / Group + j)}";
        _w.Line("int point = p0 + (lane & 3) * 2;");
        for (int j = 0; j < _rows / Group; j++)
        {
            foreach (var (token, first, second) in new[] { ("token", "X", "Y"), ("token + 8", "Z", "W") })
            {
                var values = Enumerable.Range(0, _points.Chain.Count).SelectMany(c => new[] { $"{Value(c, j)}.{first}", $"{Value(c, j)}.{second}" });
                _w.Line($"Put{_text.Name}Pair(given, {_text.ItemArgument}{token}, point{Plus(j * Group)}, end, {string.Join(", ", values)});");
            }
        }

        _w.Line();
    }

    private static string Sum(Product product, int j) => Lower(product) + N(j);

    private static string Lower(Product product) => char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1);

    private static string Plus(int value) => value == 0 ? "" : " + " + N(value);

    private static string N(long value) => MatrixText.Number(value);
}
