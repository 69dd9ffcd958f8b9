using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints how decode attention comes to the weights of a block of keys: queries in registers, scores on matrix instructions, online softmax.</summary>
internal sealed class AttentionScores(AttentionFunction function, CodeWriter w)
{
    private readonly AttentionTile _tile = (AttentionTile)function.Work;
    private readonly AttentionShape _shape = function.Work.Attention.Shape;

    // Absorbed queries are rounded already, two numbers a word.
    private bool Rounded => function.Query.Buffer.Format == NumberFormat.BF16;

    public void PrintQueries()
    {
        w.Line("// This warp's numbers of the queries; a head behind the last one has the last one's.");
        var (buffer, _, index) = function.Query;
        w.Line($"var queries = given.{buffer.Name}{(Rounded ? ".Cast<uint>()" : "")};");
        w.Line($"int own = warp * {N(16 * _tile.KeySteps)} + column;");
        foreach (int m in HeadTiles(_tile))
        {
            foreach (var (name, add) in new[] { ($"query{N(m)}", 16 * m), ($"queryBelow{N(m)}", 16 * m + 8) })
            {
                var at = MatrixText.Rename(index, AttentionFunction.Head, $"Math.Min(first + row{Plus(add)}, {N(_shape.HeadsPerGroup - 1)})");
                w.Line($"int {name} = {Code(Rounded ? Pieces(at, 2) : Affine.Simplify(at))};");
            }

            for (int i = 0; i < _tile.KeySteps; i++) w.Line($"Words4 q{N(m)}_{N(i)} = Query(queries, query{N(m)}, queryBelow{N(m)}, own{Plus(16 * i)});");
        }
    }

    public void PrintQueryMethod()
    {
        string Pair(string row, string column) => Rounded ? $"queries[{row} + ({column}) / 2]" : $"MatrixCore.PackBF16(queries[{row} + {column}], queries[{row} + {column} + 1])";
        w.Line();
        w.Line("/// <summary>Numbers of two heads' queries as a fragment; zeros behind the last one.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open($"private static Words4 Query(ArrayView<{(Rounded ? "uint" : "float")}> queries, int row, int below, int column)");
        w.Line("uint x = 0, y = 0, z = 0, w = 0;");
        w.Open($"if (column < {N(_shape.KeyDim)})");
        w.Line($"x = {Pair("row", "column")};");
        w.Line($"y = {Pair("below", "column")};");
        w.Close();
        w.Open($"if (column + 8 < {N(_shape.KeyDim)})");
        w.Line($"z = {Pair("row", "column + 8")};");
        w.Line($"w = {Pair("below", "column + 8")};");
        w.Close();
        w.Line("return Fragment.A(x, y, z, w);");
        w.Close();
    }

    public void PrintScores()
    {
        w.Line("// Numbers behind a key's last meet zeros; what is read in their place does not matter.");
        w.Line($"int key = read + ((lane & 7) + (lane >> 4 << 3)) * {N(_tile.RowPieces)}, piece = warp * {N(2 * _tile.KeySteps)} + (lane >> 3 & 1);");
        w.Line($"int place = (warp * {N(_tile.Heads)} + row) * {N(_tile.ScoreStride)} + column;");
        for (int step = 0; step < _tile.Keys / AttentionTile.StepKeys; step++) PrintScores(step);
        w.Line("Group.Barrier();");
    }

    private void PrintScores(int step)
    {
        string suffix = step == 0 ? "" : "_" + N(step);
        string Sum(int m, int n) => Score(m, n) + suffix;
        foreach (int m in HeadTiles(_tile)) w.Line($"Sums4 {Sum(m, 0)} = default, {Sum(m, 1)} = default;");
        for (int i = 0; i < _tile.KeySteps; i++)
        {
            string k = $"k{N(i)}{suffix}";
            w.Line($"Words4 {k} = MatrixCore.LoadMatrix(ref shared[key{Plus(AttentionTile.StepKeys * step * _tile.RowPieces)} + Math.Min(piece{Plus(2 * i)}, {N(_tile.KeyPieces - 1)})]);");
            foreach (int m in HeadTiles(_tile))
            {
                w.Line($"{Sum(m, 0)} = MatrixCore.MmaBF16({Sum(m, 0)}, q{N(m)}_{N(i)}, Fragment.B({k}.X, {k}.Y));");
                w.Line($"{Sum(m, 1)} = MatrixCore.MmaBF16({Sum(m, 1)}, q{N(m)}_{N(i)}, Fragment.B({k}.Z, {k}.W));");
            }
        }

        w.Line();
        foreach (int m in HeadTiles(_tile))
        {
            for (int n = 0; n < 2; n++)
            {
                int at = 16 * m * _tile.ScoreStride + AttentionTile.StepKeys * step + 8 * n, below = at + 8 * _tile.ScoreStride;
                foreach (var (add, word) in new[] { (at, "X"), (at + 1, "Y"), (below, "Z"), (below + 1, "W") }) w.Line($"scores[place{Plus(add)}] = {Sum(m, n)}.{word};");
            }
        }
    }

    // Four keys side by side for a thread, so that they are read at once.
    private void PrintWideSoftmax()
    {
        int sharing = 8 * _tile.Heads, quads = _tile.Keys / 32;
        if (sharing < _tile.Threads) w.Open($"if (thread < {N(sharing)})");
        w.Line("var fours = scores.Cast<Words4>();");
        w.Line($"int at = (thread >> 3) * {N(_tile.ScoreStride / 4)} + (thread & 7), seen = keys - block * {N(_tile.Keys)} - (thread & 7) * 4;");
        string[] names = [.. Enumerable.Range(0, quads).Select(j => "four" + N(j))];
        w.Line($"Sums4 {string.Join(", ", names.Select(n => n + " = default"))};");
        w.Open($"for (int other = 0; other < {N(AttentionTile.Warps)}; other++)");
        for (int j = 0; j < quads; j++) w.Line($"{names[j]} = Fragment.Add({names[j]}, 1, fours[other * {N(_tile.Heads * _tile.ScoreStride / 4)} + at{Plus(8 * j)}]);");
        w.Close();
        w.Line();
        w.Line("float highest = most;");
        for (int j = 0; j < quads; j++)
        {
            w.Line($"{names[j]} = Fragment.See({names[j]}, {Float(_shape.Scale)}, seen{(j == 0 ? "" : " - " + N(32 * j))}, {Float(Limits.Lowest)});");
            w.Line($"highest = Math.Max(Math.Max(highest, Math.Max({names[j]}.X, {names[j]}.Y)), Math.Max({names[j]}.Z, {names[j]}.W));");
        }

        foreach (int mask in new[] { 1, 2, 4 }) w.Line($"highest = Math.Max(highest, MatrixCore.Exchange(highest, {N(mask)}));");
        w.Line("float fade = DeviceMath.Exp(most - highest), sum = 0;");
        for (int j = 0; j < quads; j++)
        {
            foreach (var (add, left, right) in new[] { (0, "X", "Y"), (1, "Z", "W") })
            {
                string pair = $"pair{N(2 * j + add)}";
                w.Line($"uint {pair} = MatrixCore.PackBF16(DeviceMath.Exp({names[j]}.{left} - highest), DeviceMath.Exp({names[j]}.{right} - highest));");
                w.Line($"sum += MatrixCore.LowBF16({pair}) + MatrixCore.HighBF16({pair});");
                w.Line($"weights[(thread >> 3) * {N(4 * _tile.WeightStride)} + (thread & 7) * 2{Plus(16 * j + add)}] = {pair};");
            }
        }

        foreach (int mask in new[] { 1, 2, 4 }) w.Line($"sum += MatrixCore.Exchange(sum, {N(mask)});");
        PrintTotals(sharing < _tile.Threads);
    }

    private void PrintTotals(bool some)
    {
        w.Line("total = total * fade + sum;");
        w.Line("most = highest;");
        w.Line("if ((thread & 7) == 0) fades[thread >> 3] = fade;");
        if (some) w.Close();
        w.Line("Group.Barrier();");
    }

    public void PrintSoftmax()
    {
        if (_tile.Keys > AttentionTile.StepKeys)
        {
            PrintWideSoftmax();
            return;
        }

        int sharing = 8 * _tile.Heads;
        if (sharing < _tile.Threads) w.Open($"if (thread < {N(sharing)})");
        w.Line($"int at = (thread >> 3) * {N(_tile.ScoreStride)} + (thread & 7) * 2, seen = keys - block * {N(_tile.Keys)} - (thread & 7) * 2;");
        w.Line("float left = 0, right = 0;");
        w.Open($"for (int other = 0; other < {N(AttentionTile.Warps)}; other++)");
        w.Line($"left += scores[other * {N(_tile.Heads * _tile.ScoreStride)} + at];");
        w.Line($"right += scores[other * {N(_tile.Heads * _tile.ScoreStride)} + at + 1];");
        w.Close();
        w.Line();
        w.Line($"left = seen > 0 ? left * {Float(_shape.Scale)} : {Float(Limits.Lowest)};");
        w.Line($"right = seen > 1 ? right * {Float(_shape.Scale)} : {Float(Limits.Lowest)};");
        w.Line("float highest = Math.Max(most, Math.Max(left, right));");
        foreach (int mask in new[] { 1, 2, 4 }) w.Line($"highest = Math.Max(highest, MatrixCore.Exchange(highest, {N(mask)}));");
        w.Line("float fade = DeviceMath.Exp(most - highest);");
        w.Line("uint pair = MatrixCore.PackBF16(DeviceMath.Exp(left - highest), DeviceMath.Exp(right - highest));");
        w.Line("float sum = MatrixCore.LowBF16(pair) + MatrixCore.HighBF16(pair);");
        foreach (int mask in new[] { 1, 2, 4 }) w.Line($"sum += MatrixCore.Exchange(sum, {N(mask)});");
        w.Line($"weights[(thread >> 3) * {N(4 * _tile.WeightStride)} + (thread & 7)] = pair;");
        PrintTotals(sharing < _tile.Threads);
    }
}
