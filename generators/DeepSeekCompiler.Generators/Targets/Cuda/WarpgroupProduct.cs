using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints the method that multiplies the tiles of a product's work item as they arrive in the ring, and finishes the sums.</summary>
internal sealed class WarpgroupProduct(WarpgroupRing ring)
{
    // Numbers of a tile row that one instruction's sums hold side by side in a thread's Sums4.
    private const int Group = 8;

    // Pairs of points whose values wait for their stores: 168 registers hold the sums and these.
    private int EarlyValues => Wide ? 4 : 16;

    private readonly MatrixText _text = ring.Text;
    private readonly CodeWriter _w = ring.Text.Writer;
    private readonly ProductPoints _points = ring.Text.Points;
    private readonly ProductTile _tile = ring.Text.Tile;
    private readonly WeightRuns _runs = WeightRuns.Of(ring.Text.Points.First);
    private readonly int _rows = ring.Rows;

    /// <summary>The method's name.</summary>
    public string Name => "Multiply" + _text.Name;

    private bool Wide => _tile.Rows == WarpgroupTiles.WideRows;

    /// <summary>Parts of a warpgroup.</summary>
    private int Parts => _tile.Tokens / (2 * WarpgroupTiles.Part);

    /// <param name="early">Whether values are computed before they are stored (see <see cref="EarlyReads"/>).</param>
    public void Print(bool early)
    {
        _w.Line();
        _w.Line($"/// <summary>Multiplies those tiles as they arrive; the warpgroups take turns at parts of {N(WarpgroupTiles.Part)} tokens.</summary>");
        _w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        _w.Open($"private static int {Name}(Arguments given, {_text.Item}int p0, int first, int end, int shared, int step)");
        _text.Declare(_text.Scaled ? _text.Addresses() : []);
        _w.Line($"int thread = Warpgroup.Keep(Group.IdxX - 128), lane = thread & 31, start = (thread >> 7) * {N(WarpgroupRing.PartBytes)};");
        _w.Line($"int token = Warpgroup.Keep(first + (thread >> 7) * {N(WarpgroupTiles.Part)} + (thread >> 5 & 3) * 16 + (lane >> 2));");
        _w.Line($"int count = Warpgroup.Keep(end - first - (thread >> 7) * {N(WarpgroupTiles.Part)});");
        PrintIdle();
        if (_text.Scaled) PrintScaledSums();
        else _w.Line($"{(Wide ? "Sums128" : "Sums64")} sums = default;");
        _w.Open($"for (int block = 0; block < {N(ring.Steps)}; block++)");
        if (_text.Scaled) PrintScales();
        ring.PrintStage();
        _w.Line($"TransferBarrier.Wait(full, step >> {N(WarpgroupRing.ParityBit)});");
        _w.Line($"ulong weights = MatrixDescriptor.Of(tile + {N(ring.WeightStart)});");
        if (_text.Scaled)
        {
            for (int part = 0; part < Parts; part++)
            {
                if (part > 0) _w.Open($"if (count > {N(part * 2 * WarpgroupTiles.Part)})");
                _w.Line($"Sums64 part{N(part)} = Warpgroup.MultiplyE4M3(MatrixDescriptor.Of(tile + start{Plus(part * 2 * WarpgroupRing.PartBytes)}), weights);");
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
        ring.PrintStep();
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
        _w.Open($"for (int block = 0; block < {N(ring.Steps)}; block++)");
        ring.PrintStage();
        _w.Line($"TransferBarrier.Wait(full, step >> {N(WarpgroupRing.ParityBit)});");
        _w.Line("if (lane == 0) TransferBarrier.Arrive(full + 8);");
        ring.PrintStep();
        _w.Close();
        _w.Line();
        _w.Line("return step;");
        _w.Close();
        _w.Line();
    }

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
        if (ring.Steps > 1) _w.Line($"int next = Math.Min(block + 1, {N(ring.Steps - 1)});");
        foreach (var (name, scale) in EarlyScales())
        {
            _w.Line($"float scale{name} = next{name};");
            if (ring.Steps > 1) _w.Line($"next{name} = {scale("next")};");
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
