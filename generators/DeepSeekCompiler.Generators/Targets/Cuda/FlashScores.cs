using System;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints how the queries of prefill attention come to the weights of a step's keys: scores on matrix instructions, the causal mask, online softmax.</summary>
internal sealed class FlashScores(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;

    // Weights are powers of two.
    private string Scale => Float(function.Phase.Attention.Shape.Scale / Math.Log(2));

    private int Scores => _tile.Keys / 8;

    // Where fragments of queries wait in shared memory, thread by thread.
    private int QueryStart => FlashTile.Stages * _tile.StagePieces;

    public void PrintQueries()
    {
        PrintOwnQueries();
        string At(string query) => Code(Affine.Simplify(MatrixText.Rename(function.QueryAt, FlashFunction.Query, query)));
        w.Line($"int from = {At("query")} + column, fromBelow = {At("below")} + column;");
        w.Line($"var queries = given.{function.Queries.Name};");
        for (int i = 0; i < _tile.KeySteps; i++)
        {
            string numbers = $"{(IsHalf(i) ? "HalfQuery" : "Query")}(queries, from{Plus(16 * i)}, fromBelow{Plus(16 * i)})";
            w.Line(_tile.Near ? $"Words4 q{N(i)} = {numbers};" : $"shared[{N(QueryStart + i * _tile.Threads)} + thread] = {numbers};");
        }
    }

    /// <summary>Which two queries the lane has parts of.</summary>
    public void PrintOwnQueries()
    {
        w.Line("// This lane's two queries; one behind the last has the last one's numbers.");
        w.Line($"int query = block * {N(_tile.Queries)} + warp * 16 + row, below = query + 8;");
    }

    public void PrintQueryMethods()
    {
        Print("Query", "Numbers of two queries as a fragment.", whole: true);
        if (_tile.KeyPieces % 2 != 0) Print("HalfQuery", "The last numbers, zeros behind them.", whole: false);
    }

    public void PrintScores()
    {
        w.Line($"Sums4 {string.Join(", ", Enumerable.Range(0, Scores).Select(n => Score(n) + " = default"))};");
        w.Line($"int key = read + ((lane & 7) + (lane >> 4 << 3)) * {N(_tile.KeyStride)}, pair = key + (lane >> 3 & 1);");
        for (int i = 0; i < _tile.KeySteps; i++)
        {
            if (!_tile.Near) w.Line($"Words4 q{N(i)} = shared[{N(QueryStart + i * _tile.Threads)} + thread];");
            for (int n = 0; n < Scores; n += 2)
            {
                // A key's last piece without a neighbour is read twice, and meets zeros.
                string words = $"k{N(i)}_{N(n)}";
                w.Line($"Words4 {words} = MatrixCore.LoadMatrix(ref shared[{(IsHalf(i) ? "key" : "pair")}], {N(8 * n * _tile.KeyStride + 2 * i)});");
                w.Line($"{Score(n)} = MatrixCore.MmaBF16({Score(n)}, q{N(i)}, Fragment.B({words}.X, {words}.Y));");
                w.Line($"{Score(n + 1)} = MatrixCore.MmaBF16({Score(n + 1)}, q{N(i)}, Fragment.B({words}.Z, {words}.W));");
            }
        }
    }

    public void PrintMaxima()
    {
        w.Line();
        w.Line($"int reach = ahead - step * {N(_tile.Keys)};");
        w.Open($"if (reach < {N(_tile.Keys - 1)})");
        w.Line("// Some of the keys stand behind some of the queries.");
        w.Line("reach += row - column;");
        for (int n = 0; n < Scores; n++) w.Line($"{Score(n)} = Fragment.Hide({Score(n)}, reach{(n == 0 ? "" : " - " + N(8 * n))}, {Float(Limits.Lowest)});");
        w.Close();
        w.Line();
        w.Line($"float highest = Math.Max({Score(0)}.X, {Score(0)}.Y), highestBelow = Math.Max({Score(0)}.Z, {Score(0)}.W);");
        for (int n = 1; n < Scores; n++)
        {
            w.Line($"highest = Math.Max(highest, Math.Max({Score(n)}.X, {Score(n)}.Y));");
            w.Line($"highestBelow = Math.Max(highestBelow, Math.Max({Score(n)}.Z, {Score(n)}.W));");
        }

        foreach (int mask in new[] { 1, 2 })
        {
            w.Line($"highest = Math.Max(highest, MatrixCore.Exchange(highest, {N(mask)}));");
            w.Line($"highestBelow = Math.Max(highestBelow, MatrixCore.Exchange(highestBelow, {N(mask)}));");
        }

        w.Line($"highest = Math.Max(most, highest * {Scale});");
        w.Line($"highestBelow = Math.Max(mostBelow, highestBelow * {Scale});");
        w.Line("float fade = DeviceMath.Exp2(most - highest), fadeBelow = DeviceMath.Exp2(mostBelow - highestBelow);");
        w.Line("most = highest;");
        w.Line("mostBelow = highestBelow;");
        w.Line("total *= fade;");
        w.Line("totalBelow *= fadeBelow;");
    }

    /// <summary>The weights of sixteen keys: sums of the scores' layout are fragments of the values' other operand.</summary>
    public void PrintWeights(int k)
    {
        foreach (int n in new[] { 2 * k, 2 * k + 1 })
        {
            w.Line($"{Score(n)} = Fragment.Weights({Score(n)}, {Scale}, most, mostBelow);");
            w.Line($"total += {Score(n)}.X + {Score(n)}.Y;");
            w.Line($"totalBelow += {Score(n)}.Z + {Score(n)}.W;");
        }

        w.Line($"{FlashNames.Weights(_tile, k)} = Fragment.A({Pair(2 * k, "X", "Y")}, {Pair(2 * k, "Z", "W")}, {Pair(2 * k + 1, "X", "Y")}, {Pair(2 * k + 1, "Z", "W")});");
    }

    private string Score(int n) => FlashNames.Score(_tile, n);

    private string Pair(int n, string low, string high) => $"MatrixCore.PackBF16({Score(n)}.{low}, {Score(n)}.{high})";

    private bool IsHalf(int step) => 2 * step + 1 == _tile.KeyPieces;

    private void Print(string name, string summary, bool whole)
    {
        string Pair(string row, int column) => $"MatrixCore.PackBF16(queries[{row}{Plus(column)}], queries[{row} + {N(column + 1)}])";
        w.Line();
        w.Line($"/// <summary>{summary}</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Line($"private static Words4 {name}(ArrayView<float> queries, int row, int below) =>");
        w.Line($"    Fragment.A({Pair("row", 0)}, {Pair("below", 0)}, {(whole ? Pair("row", 8) : "0")}, {(whole ? Pair("below", 8) : "0")});");
    }
}
