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
    private readonly FlashAnswers _answers = new(function, w);
    private readonly FlashCopies _copies = new(function, w);

    public static void Print(FlashFunction function, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        if (function.Phase.Tile.Warpgroups)
        {
            FlashWarpgroups.Print(function, name, writer);
            return;
        }

        var printer = new FlashAttention(function, writer);
        printer.PrintKernel(name);
        printer.PrintBlock(name);
        printer._copies.Print(strides);
        printer._scores.PrintQueryMethods();
    }

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
        _answers.PrintState();
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
        _answers.PrintAnswers();
        w.Line();
        w.Line("// The next item's copies overwrite what slower warps still read.");
        w.Line("Group.Barrier();");
        w.Close();
    }

    private void PrintValues()
    {
        _answers.PrintFade();
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
                w.Line($"{FlashNames.Mix(_tile, j)} = MatrixCore.MmaBF16({FlashNames.Mix(_tile, j)}, p{N(k)}, Fragment.B({words}.X, {words}.Y));");
                if (pair) w.Line($"{FlashNames.Mix(_tile, j + 1)} = MatrixCore.MmaBF16({FlashNames.Mix(_tile, j + 1)}, p{N(k)}, Fragment.B({words}.Z, {words}.W));");
            }
        }

        w.Line();
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
