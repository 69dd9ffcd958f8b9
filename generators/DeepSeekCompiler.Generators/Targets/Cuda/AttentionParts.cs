using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints the parts of decode attention for matrix instructions. A block of keys is some cache rows, which asynchronous copies bring to shared
/// memory some blocks ahead, read from memory once for the scores and the values of all heads of the group.</summary>
/// <remarks>Every warp holds its numbers of the queries in registers and multiplies them with its numbers of the keys; the warps' scores meet in shared memory.
/// Eight threads have a head's scores of a block, its maximum and its total (online softmax). Weights are rounded to bfloat16 before they are added up, so that
/// they are the ones that values are weighed with.</remarks>
internal sealed class AttentionParts(AttentionFunction function, CodeWriter w)
{
    private readonly AttentionTile _tile = (AttentionTile)function.Work;
    private readonly AttentionShape _shape = function.Work.Attention.Shape;
    private readonly AttentionScores _scores = new(function, w);

    public static void Print(AttentionFunction function, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var printer = new AttentionParts(function, writer);
        printer.PrintKernel(name);
        printer.PrintPart(name);
        printer.PrintCopy(strides);
        printer._scores.PrintQueryMethod();
    }

    private int ValueTiles => 2 * _tile.ValuePairs;

    private void PrintKernel(string name)
    {
        w.Open($"public static void {name}(Arguments given)");
        DeclareScalars(w, function, function.Items, function.Parts);
        w.Line("var shared = SharedMemory.GetDynamic<Words4>();");
        w.Open($"for (int item = Grid.IdxX; item < {Code(function.Items)}; item += Grid.DimX)");
        string parts = Code(function.Parts);
        string group = _shape.Groups == 1 ? "0" : $"item / {parts}{Over(_tile.Tiles)} % {N(_shape.Groups)}", first = _tile.Tiles == 1 ? "0" : $"item / {parts} % {N(_tile.Tiles)} * {N(_tile.Heads)}";
        w.Line($"{name}Item(given, item / {parts}{Over(_tile.Tiles * _shape.Groups)}, {group}, {first}, item % {parts}, shared);");
        w.Close();
        w.Close();
    }

    private void PrintPart(string name)
    {
        w.Line();
        w.Line($"/// <summary>{N(_tile.Heads)} heads from first on, through one part of the context.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open($"private static void {name}Item(Arguments given, int t, int group, int first, int part, ArrayView<Words4> shared)");
        DeclareScalars(w, function, function.FirstPage, function.Pages, function.PageRows, function.Result(0).Index, function.Result(2).Index);
        w.Line("int thread = Group.IdxX, lane = thread & 31, warp = thread >> 5, row = lane >> 2, column = (lane & 3) * 2;");
        w.Line($"var scores = shared.SubView({N(_tile.Stages * _tile.StagePieces)}).Cast<float>();");
        w.Line($"var weights = shared.SubView({N(WeightStart)}).Cast<uint>();");
        w.Line($"var fades = shared.SubView({N(WeightStart + _tile.Heads * _tile.WeightStride)}).Cast<float>();");
        w.Line();
        w.Line("// The part's pages, and the keys of them that the token may see.");
        w.Line($"int firstPage = {Code(function.FirstPage)}, pageCount = {Code(function.Pages)}, page = firstPage + pageCount - 1;");
        w.Line($"int keys = (pageCount - 1) * {N(Limits.PageTokens)} + {Code(function.PageRows)}, blocks = (keys + {N(_tile.Keys - 1)}) / {N(_tile.Keys)};");
        w.Line();
        _scores.PrintQueries();
        foreach (int m in HeadTiles(_tile)) w.Line($"Sums4 {string.Join(", ", Enumerable.Range(0, ValueTiles).Select(j => Mix(m, j) + " = default"))};");
        w.Line("// Of the head that this thread shares with seven others.");
        w.Line($"float most = {Float(Limits.Lowest)}, total = 0;");
        w.Line("int read = 0, write = 0;");
        w.Open($"for (int next = 0; next < {N(_tile.Stages - 1)}; next++)");
        PrintNextCopy();
        w.Close();
        w.Line();
        w.Open("for (int block = 0; block < blocks; block++)");
        w.Line($"MatrixCore.WaitCopies{N(_tile.Stages - 2)}();");
        w.Line("Group.Barrier();");
        w.Line($"int next = block + {N(_tile.Stages - 1)};");
        PrintNextCopy();
        w.Line();
        _scores.PrintScores();
        _scores.PrintSoftmax();
        PrintValues();
        w.Line($"read = read == {N((_tile.Stages - 1) * _tile.StagePieces)} ? 0 : read + {N(_tile.StagePieces)};");
        w.Close();
        w.Line();
        PrintResults();
        w.Line();
        w.Line("// The next item's copies overwrite what slower warps still read.");
        w.Line("Group.Barrier();");
        w.Close();
    }

    private int WeightStart => _tile.Stages * _tile.StagePieces + _tile.ScorePieces;

    private void PrintNextCopy()
    {
        w.Open("if (next < blocks)");
        w.Line("CopyBlock(given, group, firstPage, keys, next, shared, write);");
        w.Line($"write = write == {N((_tile.Stages - 1) * _tile.StagePieces)} ? 0 : write + {N(_tile.StagePieces)};");
        w.Close();
        w.Line("MatrixCore.CommitCopies();");
    }

    // ---- values -----------------------------------------------------------------------------------------------------

    private void PrintValues()
    {
        w.Line();
        foreach (int m in HeadTiles(_tile)) w.Line($"float fade{N(m)} = fades[row{Plus(16 * m)}], fadeBelow{N(m)} = fades[row + {N(16 * m + 8)}];");
        w.Line($"int value = read{Plus(_tile.ValueStart)} + (lane & 15) * {N(_tile.RowPieces)}, tile = warp * {N(ValueTiles)} + (lane >> 4);");
        for (int k = 0; k < _tile.Keys / AttentionTile.StepKeys; k++) PrintStep(k);
    }

    private void PrintStep(int k)
    {
        string step = k == 0 ? "" : "_" + N(k);
        foreach (int m in HeadTiles(_tile))
            w.Line($"Words4 p{N(m)}{step} = MatrixCore.LoadMatrix(ref shared[{N(WeightStart + 2 * k)} + ({(m == 0 ? "" : N(16 * m) + " + ")}(lane & 15)) * {N(_tile.WeightStride)} + (lane >> 4)]);");
        for (int j = 0; j < _tile.ValuePairs; j++)
        {
            string piece = $"tile{Plus(2 * j)}", v = $"v{N(j)}{step}";
            if (!_tile.WholeValues) piece = $"Math.Min({piece}, {N(_tile.ValuePieces - 1)})";
            w.Line($"Words4 {v} = MatrixCore.LoadMatrixTransposed(ref shared[value{Plus(AttentionTile.StepKeys * k * _tile.RowPieces)} + {piece}]);");
            foreach (int m in HeadTiles(_tile))
            {
                foreach (var (tile, words) in new[] { (2 * j, $"{v}.X, {v}.Y"), (2 * j + 1, $"{v}.Z, {v}.W") })
                {
                    string sum = k == 0 ? $"Fragment.Fade({Mix(m, tile)}, fade{N(m)}, fadeBelow{N(m)})" : Mix(m, tile);
                    w.Line($"{Mix(m, tile)} = MatrixCore.MmaBF16({sum}, p{N(m)}{step}, Fragment.B({words}));");
                }
            }
        }
    }

    private void PrintResults()
    {
        var (maximum, _, maximumAt) = function.Result(0);
        var (totals, _, totalAt) = function.Result(1);
        var (sums, _, sumAt) = function.Result(2);
        w.Line("int head = first + (thread >> 3);");
        w.Open($"if ({(8 * _tile.Heads < _tile.Threads ? $"thread < {N(8 * _tile.Heads)} && " : "")}(thread & 7) == 0 && head < {N(_shape.HeadsPerGroup)})");
        w.Line($"given.{maximum.Name}[{Code(maximumAt)}] = most;");
        w.Line($"given.{totals.Name}[{Code(totalAt)}] = total;");
        w.Close();
        w.Line();
        w.Line($"var sums = given.{sums.Name};");
        w.Line($"int number = warp * {N(8 * ValueTiles)} + column;");
        foreach (int m in HeadTiles(_tile))
        {
            foreach (var (add, left, right) in new[] { (16 * m, "X", "Y"), (16 * m + 8, "Z", "W") })
            {
                w.Line($"head = first + row{Plus(add)};");
                w.Open($"if (head < {N(_shape.HeadsPerGroup)})");
                w.Line($"int at = {Code(sumAt)} + number;");
                for (int j = 0; j < ValueTiles; j++)
                {
                    if (!_tile.WholeValues) w.Open($"if (number{Plus(8 * j)} < {N(_shape.ValueDim)})");
                    w.Line($"sums[at{Plus(8 * j)}] = {Mix(m, j)}.{left};");
                    w.Line($"sums[at + {N(8 * j + 1)}] = {Mix(m, j)}.{right};");
                    if (!_tile.WholeValues) w.Close();
                }

                w.Close();
            }
        }
    }

    // ---- copies -----------------------------------------------------------------------------------------------------

    private void PrintCopy(IReadOnlyDictionary<string, long> strides)
    {
        var (cache, table, key) = function.Key;
        var value = function.Value.Index;
        string entry = table is null ? "" : $"(long){Code(table)} * {N(strides[cache.Name] / 8)} + ";
        w.Line();
        w.Line($"/// <summary>Has a block of {N(_tile.Keys)} cache rows copied to a stage; behind the last key there are zeros.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open("private static void CopyBlock(Arguments given, int group, int firstPage, int keys, int block, ArrayView<Words4> shared, int stage)");
        w.Line($"var cache = given.{cache.Name}.Cast<Words4>();");
        w.Open($"for (int i = Group.IdxX; i < {N(_tile.Keys * _tile.CopiedPieces)}; i += {N(_tile.Threads)})");
        w.Line($"int key = i / {N(_tile.CopiedPieces)}, piece = i % {N(_tile.CopiedPieces)}, place = block * {N(_tile.Keys)} + key;");
        w.Line($"int page = firstPage + place / {N(Limits.PageTokens)}, row = place % {N(Limits.PageTokens)};");
        string at = Code(Pieces(key, 8));
        if (!_tile.ValuesInKeys)
        {
            w.Line($"int from = piece < {N(_tile.KeyPieces)} ? {at} + piece : {Code(Pieces(value, 8))} + piece - {N(_tile.KeyPieces)};");
            at = "from";
        }
        else
        {
            at += " + piece";
        }

        w.Line($"MatrixCore.CopyAsync(ref shared[stage + key * {N(_tile.RowPieces)} + piece], ref cache[{entry}{at}], place < keys ? 16 : 0);");
        w.Close();
        w.Close();
    }
}
