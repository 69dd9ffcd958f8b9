using System;
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

    // The bit of a step's number that changes with every use of a stage; those below it are the stage.
    private const int ParityBit = 8;

    // Pairs of points whose values wait for their stores: 168 registers hold the sums and these.
    private int EarlyValues => Wide ? 4 : 16;

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

    /// <summary>Parts of a warpgroup.</summary>
    private int Parts => _tile.Tokens / (2 * WarpgroupTiles.Part);

    private const int PartBytes = WarpgroupTiles.Part * WarpgroupTiles.RowBytes;

    /// <summary>Bytes of a stage.</summary>
    private int StageBytes => _weightStart + _tile.Rows * WarpgroupTiles.RowBytes;

    /// <summary>Where the barriers stand, behind the tiles.</summary>
    public static int BarrierStart(ProductTile tile) => tile.DynamicBytes - WarpgroupTiles.Alignment - tile.Stages * WarpgroupTiles.BarrierBytes;

    public void PrintCopy()
    {
        int box = _runs.Box(_rows);
        _w.Line();
        _w.Line($"/// <summary>Has the tiles of {N(_rows)} weight rows from point p0 on and {N(_tile.Tokens)} tokens from first on (those before end, by {N(WarpgroupTiles.Part)}) copied to the ring, from its step on; the step behind the last.</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static int {Copy}(Arguments given, {_text.Item}int p0, int first, int end, int shared, int step)");
        _text.Declare(_points.Expert);
        // A copying thread has registers for the rows of a few boxes.
        bool few = _rows / box <= 4;
        for (int i = 0; i * box < _rows; i++)
        {
            string row = _text.WeightRow(i == 0 ? "p0" : $"(p0 + {N(i * box)})");
            _w.Line($"int row{N(i)} = {(few ? $"Warpgroup.Keep({row})" : row)};");
        }

        _w.Line($"int last = Warpgroup.Keep(Math.Min(end - first, {N(_tile.Tokens)}));");
        _w.Line($"int bytes = Warpgroup.Keep({N(_tile.Rows * WarpgroupTiles.RowBytes)} + (last + {N(WarpgroupTiles.Part - 1)}) / {N(WarpgroupTiles.Part)} * {N(_text.Terms * PartBytes)});");
        _w.Open($"for (int block = 0; block < {N(_steps)}; block++)");
        PrintStage();
        _w.Line($"TransferBarrier.Wait(full + 8, step >> {N(ParityBit)} ^ 1);");
        _w.Line("TransferBarrier.Expect(full, bytes);");
        string column = $"block * {N(_tile.Columns)}";
        _w.Open($"for (int part = 0; part < last; part += {N(WarpgroupTiles.Part)})");
        for (int term = 0; term < _text.Terms; term++)
            _w.Line($"TileCopy.Load(tile{Plus(term * _tile.Tokens * WarpgroupTiles.RowBytes)} + part * {N(WarpgroupTiles.RowBytes)}, given.{TileMap.Activations(_text, term)}, {column}, first + part, full);");
        _w.Close();
        for (int c = 0; c < _points.Chain.Count; c++)
        {
            for (int i = 0; i * box < _rows; i++)
                _w.Line($"TileCopy.Load(tile + {N(_weightStart + (c * _rows + i * box) * WarpgroupTiles.RowBytes)}, given.{TileMap.Weight(_points.Chain[c])}, {column}, row{N(i)}, full);");
        }

        PrintStep();
        _w.Close();
        _w.Line();
        _w.Line("return step;");
        _w.Close();
    }

    /// <param name="early">Whether values are computed before they are stored (see <see cref="EarlyReads"/>).</param>
    public void PrintMultiply(bool early)
    {
        _w.Line();
        _w.Line($"/// <summary>Multiplies those tiles as they arrive; the warpgroups take turns at parts of {N(WarpgroupTiles.Part)} tokens.</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static int {Multiply}(Arguments given, {_text.Item}int p0, int first, int end, int shared, int step)");
        _text.Declare(_text.Scaled ? _text.Addresses() : []);
        _w.Line($"int thread = Warpgroup.Keep(Group.IdxX - 128), lane = thread & 31, start = (thread >> 7) * {N(PartBytes)};");
        _w.Line($"int token = Warpgroup.Keep(first + (thread >> 7) * {N(WarpgroupTiles.Part)} + (thread >> 5 & 3) * 16 + (lane >> 2));");
        _w.Line($"int count = Warpgroup.Keep(end - first - (thread >> 7) * {N(WarpgroupTiles.Part)});");
        PrintIdle();
        if (_text.Scaled) PrintScaledSums();
        else _w.Line($"{(Wide ? "Sums128" : "Sums64")} sums = default;");
        _w.Open($"for (int block = 0; block < {N(_steps)}; block++)");
        if (_text.Scaled) PrintScales();
        PrintStage();
        _w.Line($"TransferBarrier.Wait(full, step >> {N(ParityBit)});");
        _w.Line($"ulong weights = MatrixDescriptor.Of(tile + {N(_weightStart)});");
        if (_text.Scaled)
        {
            for (int part = 0; part < Parts; part++)
            {
                if (part > 0) _w.Open($"if (count > {N(part * 2 * WarpgroupTiles.Part)})");
                _w.Line($"Sums64 part{N(part)} = Warpgroup.MultiplyE4M3(MatrixDescriptor.Of(tile + start{Plus(part * 2 * PartBytes)}), weights);");
                PrintPromotion(part);
                if (part > 0) _w.Close();
            }
        }
        else
        {
            for (int term = 0; term < _text.Terms; term++)
                _w.Line($"sums = Warpgroup.Multiply{(Wide ? "Wide" : "")}BF16(sums, MatrixDescriptor.Of(tile + start{Plus(term * _tile.Tokens * WarpgroupTiles.RowBytes)}), weights);");
        }

        _w.Line("if (lane == 0) TransferBarrier.Arrive(full + 8);");
        PrintStep();
        _w.Close();
        _w.Line();
        PrintStores(early);
        _w.Line("return step;");
        _w.Close();
    }

    // A warpgroup without a token says that it has read every stage, so that the ring goes round.
    private void PrintIdle()
    {
        _w.Open("if (count <= 0)");
        _w.Open($"for (int block = 0; block < {N(_steps)}; block++)");
        PrintStage();
        _w.Line($"TransferBarrier.Wait(full, step >> {N(ParityBit)});");
        _w.Line("if (lane == 0) TransferBarrier.Arrive(full + 8);");
        PrintStep();
        _w.Close();
        _w.Line();
        _w.Line("return step;");
        _w.Close();
        _w.Line();
    }

    private void PrintStage()
    {
        _w.Line($"int stage = step & {N((1 << ParityBit) - 1)}, tile = shared + stage * {N(StageBytes)}, full = shared + {N(BarrierStart(_tile))} + stage * {N(WarpgroupTiles.BarrierBytes)};");
    }

    // The stage counts up to the ring's end; behind it the parity changes. No division comes between two steps.
    private void PrintStep() => _w.Line($"step = stage == {N(_tile.Stages - 1)} ? (step ^ {N(1 << ParityBit)}) - stage : step + 1;");

    private void PrintScaledSums()
    {
        for (int part = 0; part < Parts; part++)
        {
            string token = "token" + Plus(part * 2 * WarpgroupTiles.Part);
            _w.Line($"int {Above(part)} = Warpgroup.Keep(Math.Min({token}, end - 1)), {Below(part)} = Warpgroup.Keep(Math.Min({token} + 8, end - 1));");
            foreach (var product in _points.Chain) _w.Line($"Sums4 {string.Join(", ", Enumerable.Range(0, _rows / Group).Select(j => Sum(product, part, j) + " = default"))};");
        }

        int one = _runs.OneScale(_rows);
        for (int i = 1; i * one < _rows; i++) _w.Line($"int p{N(i)} = Warpgroup.Keep(Math.Min(p0 + {N(i * one)}, {N(_points.Count - 1)}));");
        foreach (var (name, scale) in EarlyScales()) _w.Line($"float next{name} = {scale("0")};");
    }

    // They are there when their product is: those of the first part are asked for a step ahead, those of the next while the first is multiplied.
    private void PrintScales()
    {
        if (_steps > 1) _w.Line($"int next = Math.Min(block + 1, {N(_steps - 1)});");
        foreach (var (name, scale) in EarlyScales())
        {
            _w.Line($"float scale{name} = next{name};");
            if (_steps > 1) _w.Line($"next{name} = {scale("next")};");
        }

        for (int part = 1; part < Parts; part++)
        {
            foreach (var (name, scale) in TokenScales(part)) _w.Line($"float scale{name} = {scale("block")};");
        }
    }

    private IEnumerable<(string Name, Func<string, string> At)> TokenScales(int part)
    {
        string above = Above(part), below = Below(part);
        yield return ("Above" + N(part), block => _text.ActivationScale(above, block));
        yield return ("Below" + N(part), block => _text.ActivationScale(below, block));
    }

    private IEnumerable<(string Name, Func<string, string> At)> EarlyScales()
    {
        foreach (var scale in TokenScales(0)) yield return scale;
        int one = _runs.OneScale(_rows);
        foreach (var product in _points.Chain)
        {
            for (int i = 0; i * one < _rows; i++)
            {
                string point = "p" + N(i);
                yield return (product.Name + N(i), block => _text.WeightScale(product, point, block));
            }
        }
    }

    private void PrintPromotion(int part)
    {
        if (part == 0) _w.Line("// A block of 128 columns has scales of its own; its sums are scaled and added in float32 (DeepSeek-V3 report, section 3.3.2).");
        int one = _runs.OneScale(_rows);
        for (int c = 0; c < _points.Chain.Count; c++)
        {
            var product = _points.Chain[c];
            for (int j = 0; j < _rows / Group; j++)
            {
                string scale = $"scale{product.Name}{N(j * Group / one)}";
                _w.Line($"{Sum(product, part, j)} = Fragment.Promote({Sum(product, part, j)}, part{N(part)}.C{N(c * _rows / Group + j)}, scaleAbove{N(part)}, scaleBelow{N(part)}, {scale}, {scale});");
            }
        }
    }

    private void PrintStores(bool early)
    {
        _w.Line("int point = p0 + (lane & 3) * 2;");
        for (int part = 0; part < Parts; part++)
        {
            if (part > 0) _w.Open($"if (count > {N(part * 2 * WarpgroupTiles.Part)})");
            if (early)
            {
                PrintValues(part, 0);
                PrintValues(part, 8);
            }
            else
            {
                for (int j = 0; j < _rows / Group; j++)
                {
                    foreach (int below in new[] { 0, 8 })
                        _w.Line($"Put{_text.Name}Pair(given, {_text.ItemArgument}{Token(part, below)}, point{Plus(j * Group)}, end, {string.Join(", ", Sums(part, j, below))});");
                }
            }

            if (part > 0) _w.Close();
        }

        _w.Line();
    }

    // Values of a token, then their stores: as many as there are registers for.
    private void PrintValues(int part, int below)
    {
        _w.Open($"if ({Token(part, below)} < end)");
        for (int j = 0; j < _rows / Group; j += EarlyValues) PrintValues(part, below, j, Math.Min(j + EarlyValues, _rows / Group));
        _w.Close();
    }

    private void PrintValues(int part, int below, int from, int to)
    {
        string token = Token(part, below), put = "Put" + _text.Name;
        for (int j = from; j < to; j++)
        {
            var sums = Sums(part, j, below);
            for (int i = 0; i < 2; i++)
            {
                string value = _points.Pairs ? $"{put}Value{N(i)}(given, {_text.ItemArgument}{token}, point{Plus(j * Group)}, {string.Join(", ", sums)})"
                    : $"{put}Value0(given, {_text.ItemArgument}{token}, point{Plus(j * Group + i)}, {string.Join(", ", sums.Where((_, s) => s % 2 == i))})";
                _w.Line($"float value{N(2 * j + i)} = {value};");
            }
        }

        for (int j = from; j < to; j++)
        {
            string first = $"{put}Store(given, {_text.ItemArgument}{token}, point{Plus(j * Group)}, value{N(2 * j)}";
            _w.Line(_points.Pairs ? $"{first}, value{N(2 * j + 1)});" : $"{first});");
            if (!_points.Pairs) _w.Line($"{put}Store(given, {_text.ItemArgument}{token}, point{Plus(j * Group + 1)}, value{N(2 * j + 1)});");
        }
    }

    private static string Token(int part, int below) => "token" + Plus(part * 2 * WarpgroupTiles.Part + below);

    // Of two neighbouring points, product by product.
    private IReadOnlyList<string> Sums(int part, int j, int below)
    {
        string Value(int c) => _text.Scaled ? Sum(_points.Chain[c], part, j) : $"sums.C{N(c * _rows / Group + j)}";
        return [.. Enumerable.Range(0, _points.Chain.Count).SelectMany(c => new[] { $"{Value(c)}.{(below == 0 ? "X" : "Z")}", $"{Value(c)}.{(below == 0 ? "Y" : "W")}" })];
    }

    private static string Above(int part) => "above" + N(part);

    private static string Below(int part) => "below" + N(part);

    private string Sum(Product product, int part, int j) => Lower(product) + N(part * _rows / Group + j);

    private static string Lower(Product product) => char.ToLowerInvariant(product.Name[0]) + product.Name.Substring(1);

    private static string Plus(int value) => value == 0 ? "" : " + " + N(value);

    private static string N(long value) => MatrixText.Number(value);
}
