using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints prefill attention for matrix instructions. A warp has sixteen queries, their maxima and totals, and the sums of their values in registers; the
/// keys and values of a step come to shared memory for all warps, one step ahead.</summary>
/// <remarks>A lane holds parts of two queries, eight apart; the four lanes of a query each add up their own part of its total, and meet for its maximum alone.
/// Maxima are those of scores times log2 e, so that a weight is one multiplication with addition and one power of two.</remarks>
internal sealed class FlashAttention(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;
    private readonly FlashScores _scores = new(function, w);
    private readonly FlashCopies _copies = new(function, w);

    public static void Print(FlashFunction function, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var printer = new FlashAttention(function, writer);
        printer.PrintKernel(name);
        printer.PrintBlock(name);
        printer._copies.Print(strides);
        printer._scores.PrintQueryMethods();
    }

    public static string Mix(int j) => "mix" + N(j);

    private void PrintKernel(string name)
    {
        w.Open($"public static void {name}(Arguments given)");
        w.Line("var shared = SharedMemory.GetDynamic<Words4>();");
        FlashItems.Print(function, w, () => w.Line($"{name}Block(given, head, block, shared);"));
        w.Close();
    }

    private void PrintBlock(string name)
    {
        w.Line();
        w.Line($"/// <summary>{N(_tile.Queries)} queries of a head through all keys that they may see{(function.Resumes ? " in the segment" : "")}.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open($"private static void {name}Block(Arguments given, int head, int block, ArrayView<Words4> shared)");
        DeclareScalars(function, w, function.FirstPage, function.PagesLeft, function.PageRows, function.QueryAt);
        w.Line("int thread = Group.IdxX, lane = thread & 31, warp = thread >> 5, row = lane >> 2, column = (lane & 3) * 2;");
        w.Line($"int firstPage = {Code(function.FirstPage)}, pagesLeft = {Code(function.PagesLeft)}, pageCount = {(function.Resumes ? Code(function.Pages(new Var("pagesLeft", ScalarKind.I32))) : "pagesLeft")};");
        if (function.Resumes) w.Line("if (pageCount <= 0) return;");
        w.Line($"int page = firstPage + pageCount - 1, known = (pageCount - 1) * {N(Limits.PageTokens)} + {Code(function.PageRows)}, steps = (known + {N(_tile.Keys - 1)}) / {N(_tile.Keys)};");
        w.Line("CopyStep(given, head, firstPage, known, 0, shared, 0);");
        w.Line("MatrixCore.CommitCopies();");
        w.Line();
        _scores.PrintQueries();
        PrintState();
        w.Line("// Keys from the first one here up to the position of the warp's first query.");
        w.Line($"int ahead = position + block * {N(_tile.Queries)} + warp * 16 - firstPage * {N(Limits.PageTokens)}, read = 0;");
        w.Open("for (int step = 0; step < steps; step++)");
        w.Line("MatrixCore.WaitCopies0();");
        w.Line("Group.Barrier();");
        w.Line($"if (step + 1 < steps) CopyStep(given, head, firstPage, known, step + 1, shared, {N(_tile.StagePieces)} - read);");
        w.Line("MatrixCore.CommitCopies();");
        w.Line();
        _scores.PrintScores();
        _scores.PrintMaxima();
        PrintValues();
        w.Line($"read = {N(_tile.StagePieces)} - read;");
        w.Close();
        w.Line();
        PrintAnswers();
        w.Line();
        w.Line("// The next item's copies overwrite what slower warps still read.");
        w.Line("Group.Barrier();");
        w.Close();
    }

    // ---- what queries have ------------------------------------------------------------------------------------------

    private void PrintState()
    {
        w.Line();
        w.Line($"Sums4 {string.Join(", ", Tiles.Select(j => Mix(j) + " = default"))};");
        w.Line($"float most = {Float(Limits.Lowest)}, mostBelow = {Float(Limits.Lowest)}, total = 0, totalBelow = 0;");
        w.Line($"int place = {At(function.Answer.Index, "Math.Min(query, tokens - 1)")} + column, placeBelow = {At(function.Answer.Index, "Math.Min(below, tokens - 1)")} + column;");
        w.Line($"var answers = given.{function.Answer.Buffer.Name};");
        if (!function.Resumes) return;
        w.Line($"int own = {At(function.Maximum.Index, "Math.Min(query, tokens - 1)")}, ownBelow = {At(function.Maximum.Index, "Math.Min(below, tokens - 1)")};");
        w.Open($"if ({Segment} > 0)");
        w.Line("// What the segments before have left; one of the four lanes goes on with the total.");
        w.Line($"most = given.{function.Maximum.Buffer.Name}[own];");
        w.Line($"mostBelow = given.{function.Maximum.Buffer.Name}[ownBelow];");
        w.Line($"total = (lane & 3) == 0 ? given.{function.Total.Buffer.Name}[own] : 0;");
        w.Line($"totalBelow = (lane & 3) == 0 ? given.{function.Total.Buffer.Name}[ownBelow] : 0;");
        foreach (int j in Tiles) w.Line($"{Mix(j)} = Fragment.Sums(answers[place{Plus(8 * j)}], answers[place + {N(8 * j + 1)}], answers[placeBelow{Plus(8 * j)}], answers[placeBelow + {N(8 * j + 1)}]);");
        w.Close();
    }

    private string Segment => function.Phase.Attention.Kernel.Repeat!.Value.Counter.Name;

    private IEnumerable<int> Tiles => Enumerable.Range(0, _tile.ValuePieces);

    private static string At(Expr index, string query) => Code(Affine.Simplify(MatrixText.Rename(index, FlashFunction.Query, query)));

    // ---- values -----------------------------------------------------------------------------------------------------

    private void PrintValues()
    {
        foreach (int j in Tiles) w.Line($"{Mix(j)} = Fragment.Fade({Mix(j)}, fade, fadeBelow);");
        w.Line($"int value = read + {N(_tile.ValueStart)} + (lane & 15) * {N(_tile.ValueStride)}, values = value + (lane >> 4);");
        for (int k = 0; k < _tile.Keys / 16; k++)
        {
            w.Line();
            _scores.PrintWeights(k);
            for (int j = 0; j < _tile.ValuePieces; j += 2)
            {
                // A last piece without a neighbour is read twice.
                bool pair = j + 1 < _tile.ValuePieces;
                string words = $"v{N(k)}_{N(j)}";
                w.Line($"Words4 {words} = MatrixCore.LoadMatrixTransposed(ref shared[{(pair ? "values" : "value")}], {N(16 * k * _tile.ValueStride + j)});");
                w.Line($"{Mix(j)} = MatrixCore.MmaBF16({Mix(j)}, p{N(k)}, Fragment.B({words}.X, {words}.Y));");
                if (pair) w.Line($"{Mix(j + 1)} = MatrixCore.MmaBF16({Mix(j + 1)}, p{N(k)}, Fragment.B({words}.Z, {words}.W));");
            }
        }

        w.Line();
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    private void PrintAnswers()
    {
        foreach (int mask in new[] { 1, 2 })
        {
            w.Line($"total += MatrixCore.Exchange(total, {N(mask)});");
            w.Line($"totalBelow += MatrixCore.Exchange(totalBelow, {N(mask)});");
        }

        if (function.Resumes)
        {
            w.Line("// Before the last segment that they see, queries leave sums as they are.");
            w.Line("bool last = pagesLeft == pageCount;");
        }

        w.Line($"float factor = {(function.Resumes ? "last ? 1 / total : 1" : "1 / total")}, factorBelow = {(function.Resumes ? "last ? 1 / totalBelow : 1" : "1 / totalBelow")};");
        foreach (var (query, below, left, right) in new[] { ("query", "", "X", "Y"), ("below", "Below", "Z", "W") })
        {
            w.Open($"if ({query} < tokens)");
            foreach (int j in Tiles)
            {
                w.Line($"answers[place{below}{Plus(8 * j)}] = {Mix(j)}.{left} * factor{below};");
                w.Line($"answers[place{below} + {N(8 * j + 1)}] = {Mix(j)}.{right} * factor{below};");
            }

            if (function.Resumes)
            {
                w.Open("if (!last && (lane & 3) == 0)");
                w.Line($"given.{function.Maximum.Buffer.Name}[own{below}] = most{below};");
                w.Line($"given.{function.Total.Buffer.Name}[own{below}] = total{below};");
                w.Close();
            }

            w.Close();
        }
    }

    /// <summary>Local names for the scalars that the given expressions read.</summary>
    public static void DeclareScalars(FlashFunction function, CodeWriter w, params Expr[] used)
    {
        foreach (var scalar in function.Scalars)
        {
            if (used.Any(e => Walk.Uses(e, scalar))) w.Line($"int {scalar.Name} = given.{scalar.Name};");
        }
    }
}
