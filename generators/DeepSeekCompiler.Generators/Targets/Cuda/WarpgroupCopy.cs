using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints the method that asks the copy engine for the tiles of a product's work item, step by step along the reduced columns.</summary>
internal sealed class WarpgroupCopy(WarpgroupRing ring)
{
    private readonly MatrixText _text = ring.Text;
    private readonly CodeWriter _w = ring.Text.Writer;
    private readonly ProductPoints _points = ring.Text.Points;
    private readonly ProductTile _tile = ring.Text.Tile;

    /// <summary>The method's name.</summary>
    public string Name => "Copy" + _text.Name;

    public void Print()
    {
        int box = WeightRuns.Of(_points.First).Box(ring.Rows);
        _w.Line();
        _w.Line($"/// <summary>Has the tiles of {N(ring.Rows)} weight rows from point p0 on and {N(_tile.Tokens)} tokens from first on (those before end, by {N(WarpgroupTiles.Part)}) copied to the ring, from its step on; the step behind the last.</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static int {Name}(Arguments given, {_text.Item}int p0, int first, int end, int shared, int step)");
        _text.Declare(_points.Expert);
        // A copying thread has registers for the rows of a few boxes.
        bool few = ring.Rows / box <= 4;
        for (int i = 0; i * box < ring.Rows; i++)
        {
            string row = _text.WeightRow(i == 0 ? "p0" : $"(p0 + {N(i * box)})");
            _w.Line($"int row{N(i)} = {(few ? $"Warpgroup.Keep({row})" : row)};");
        }

        _w.Line($"int last = Warpgroup.Keep(Math.Min(end - first, {N(_tile.Tokens)}));");
        _w.Line($"int bytes = Warpgroup.Keep({N(_tile.Rows * WarpgroupTiles.RowBytes)} + (last + {N(WarpgroupTiles.Part - 1)}) / {N(WarpgroupTiles.Part)} * {N(_text.Terms * WarpgroupRing.PartBytes)});");
        _w.Open($"for (int block = 0; block < {N(ring.Steps)}; block++)");
        ring.PrintStage();
        _w.Line($"TransferBarrier.Wait(full + 8, step >> {N(WarpgroupRing.ParityBit)} ^ 1);");
        _w.Line("TransferBarrier.Expect(full, bytes);");
        string column = $"block * {N(_tile.Columns)}";
        _w.Open($"for (int part = 0; part < last; part += {N(WarpgroupTiles.Part)})");
        for (int term = 0; term < _text.Terms; term++)
            _w.Line($"TileCopy.Load(tile{Plus(term * _tile.Tokens * WarpgroupTiles.RowBytes)} + part * {N(WarpgroupTiles.RowBytes)}, given.{TileMap.Activations(_text, term)}, {column}, first + part, full);");
        _w.Close();
        for (int c = 0; c < _points.Chain.Count; c++)
        {
            for (int i = 0; i * box < ring.Rows; i++)
                _w.Line($"TileCopy.Load(tile + {N(ring.WeightStart + (c * ring.Rows + i * box) * WarpgroupTiles.RowBytes)}, given.{TileMap.Weight(_points.Chain[c])}, {column}, row{N(i)}, full);");
        }

        ring.PrintStep();
        _w.Close();
        _w.Line();
        _w.Line("return step;");
        _w.Close();
    }

    private static string Plus(int value) => value == 0 ? "" : " + " + N(value);

    private static string N(long value) => MatrixText.Number(value);
}
