using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints prefill attention for warpgroup matrix instructions: a persistent kernel whose first warpgroup has keys and values copied, while two others, with 64
/// queries each, take turns at multiplying.</summary>
/// <remarks>A turn multiplies the weights of a step with its values and the queries with the keys of the next step; softmax of the one falls into the turn of the
/// other. Both have as many turns, so that turns are told by the parity of their number.</remarks>
internal sealed class FlashWarpgroups(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;
    private readonly FlashScores _scores = new(function, w);
    private readonly FlashAnswers _answers = new(function, w);
    private readonly FlashQueries _queries = new(function, w);

    public static void Print(FlashFunction function, string name, CodeWriter writer)
    {
        var printer = new FlashWarpgroups(function, writer);
        printer.PrintKernel(name);
        new FlashBoxes(function, writer).PrintCopy();
        printer.PrintBlock(name);
        printer._queries.PrintMethod();
    }

    private void PrintKernel(string name)
    {
        w.Open($"public static void {name}(Arguments given)");
        w.Line("int shared = TileCopy.Place(ref SharedMemory.GetDynamic<Words4>()[0]);");
        // The barriers of a warpgroup wait for all its threads.
        string groups = $"for (int i = 0; i < 4; i++) TransferBarrier.Initialize(shared + {N(FlashRing.GroupBarriers(_tile))} + i * 8, 128);";
        WarpgroupRing.PrintBarriers(FlashRing.StageBarriers(_tile), 2 * FlashRing.Stages, _tile.Warps, groups, w);
        w.Line("// Steps and turns so far.");
        w.Line("int done = 0, turn = 0;");
        w.Open("if (Group.IdxX < 128)");
        w.Line("Warpgroup.ReleaseRegisters();");
        w.Open("if (Group.IdxX == 0)");
        foreach (var map in FlashBoxes.Maps(function)) w.Line($"TileCopy.Acquire(given.{map.Name});");
        PrintItems("CopySteps(given, head, firstPage, steps, shared, done);", false);
        w.Close();
        w.Close();
        w.Open("else");
        w.Line("Warpgroup.ClaimRegisters();");
        w.Line("// Whose queries lie in shared memory.");
        w.Line("int placed = -1;");
        PrintItems($"{name}Block(given, head, block, nextHead, nextBlock, placed == head * blocks + block, firstPage, {(function.Resumes ? "pagesLeft, pageCount, " : "")}steps, shared, done, turn);", true);
        w.Close();
        w.Close();
    }

    private void PrintItems(string call, bool multiplies)
    {
        FlashItems.Print(function, w, () =>
        {
            w.Line($"int firstPage = {Code(function.FirstPage)}, pagesLeft = {Code(function.PagesLeft)}, pageCount = {(function.Resumes ? Code(function.Pages(new Var("pagesLeft", ScalarKind.I32))) : "pagesLeft")};");
            if (function.Resumes) w.Open("if (pageCount > 0)");
            w.Line($"int page = firstPage + pageCount - 1, known = (pageCount - 1) * {N(Limits.PageTokens)} + {Code(function.PageRows)}, steps = (known + {N(_tile.Keys - 1)}) / {N(_tile.Keys)};");
            if (multiplies) FlashItems.PrintNext(function, w);
            w.Line(call);
            w.Line("done += steps;");
            if (multiplies)
            {
                w.Line("turn += steps + 1;");
                w.Line("placed = nextHead * blocks + nextBlock;");
            }

            if (function.Resumes) w.Close();
        }, function.FirstPage, function.PagesLeft, function.PageRows);
    }

    private void PrintBlock(string name)
    {
        w.Line();
        w.Line($"/// <summary>64 queries of a head through all keys that they may see{(function.Resumes ? " in the segment" : "")}.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open($"private static void {name}Block(Arguments given, int head, int block, int nextHead, int nextBlock, bool placed, int firstPage, {(function.Resumes ? "int pagesLeft, int pageCount, " : "")}int steps, int shared, int done, int turn)");
        FlashAttention.DeclareScalars(function, w, function.QueryAt, function.PagesLeft);
        w.Line("int thread = Group.IdxX - 128, lane = thread & 31, warp = thread >> 5, row = lane >> 2, column = (lane & 3) * 2, group = thread >> 7;");
        w.Line($"int queries = shared + group * {N(FlashRing.QueryBytes(_tile))}, ready = shared + {N(FlashRing.GroupBarriers(_tile))} + group * 8, mine = ready + 16, next = ready + 24 - group * 16;");
        w.Line("if (!placed) PlaceQueries(given, head, block, queries, ready);");
        _scores.PrintOwnQueries();
        _answers.PrintState();
        w.Line("// Keys from the first one here up to the position of the warp's first query.");
        w.Line($"int ahead = position + block * {N(_tile.Queries)} + warp * 16 - firstPage * {N(Limits.PageTokens)};");
        w.Line();
        PrintStage("keys", "keyFull", 0, "done");
        w.Line($"TransferBarrier.Wait(keyFull, done / {N(FlashRing.Stages)} & 1);");
        PrintTurn("turn");
        w.Line("Sums64 scores = WarpgroupAttention.Scores(MatrixDescriptor.Of(queries), MatrixDescriptor.Of(keys), next);");
        w.Line("if (lane == 0) TransferBarrier.Arrive(keyFull + 8);");
        w.Line("int step = 0;");
        w.Open("while (true)");
        _scores.PrintMaxima();
        _answers.PrintFade();
        w.Line("Words32 weights = default;");
        for (int k = 0; k < _tile.Keys / 16; k++) _scores.PrintWeights(k);
        PrintStage("values", "valueFull", 1, "(done + step)");
        w.Line($"TransferBarrier.Wait(valueFull, (done + step) / {N(FlashRing.Stages)} & 1);");
        w.Line("step++;");
        w.Open("if (step == steps)");
        w.Line("// The next block's queries are under way while the last values are multiplied.");
        _queries.PrintLoads("nextHead", "nextBlock");
        PrintTurn("(turn + step)");
        w.Line($"mix = WarpgroupAttention.Mix(mix, weights, {Transposed}, next);");
        w.Line("if (lane == 0) TransferBarrier.Arrive(valueFull + 8);");
        _queries.PrintStores();
        w.Line("break;");
        w.Close();
        w.Line();
        PrintStage("nextKeys", "nextFull", 0, "(done + step)");
        w.Line($"TransferBarrier.Wait(nextFull, (done + step) / {N(FlashRing.Stages)} & 1);");
        PrintTurn("(turn + step)");
        w.Line($"var sums = WarpgroupAttention.Attend(mix, weights, {Transposed}, MatrixDescriptor.Of(queries), MatrixDescriptor.Of(nextKeys), next);");
        w.Line("if (lane == 0) TransferBarrier.Arrive(valueFull + 8);");
        w.Line("if (lane == 0) TransferBarrier.Arrive(nextFull + 8);");
        w.Line("scores = sums.Scores;");
        w.Line("mix = sums.Mix;");
        w.Close();
        w.Line();
        _answers.PrintAnswers();
        w.Line();
        FlashQueries.PrintWait(w);
        w.Close();
    }

    private static string Transposed => $"MatrixDescriptor.OfTransposed(values, {N(FlashRing.KeyBox)})";

    private void PrintStage(string box, string full, int ring, string use)
    {
        var (start, bytes) = ring == 0 ? (FlashRing.KeyStart(_tile), FlashRing.KeyBytes(_tile)) : (FlashRing.ValueStart(_tile), FlashRing.ValueBytes(_tile));
        string stage = $"{use} % {N(FlashRing.Stages)}", barriers = N(FlashRing.StageBarriers(_tile) + ring * FlashRing.Stages * WarpgroupTiles.BarrierBytes);
        w.Line($"int {box} = shared + {N(start)} + {stage} * {N(bytes)}, {full} = shared + {barriers} + {stage} * {N(WarpgroupTiles.BarrierBytes)};");
    }

    // The first warpgroup's first turn is there from the beginning: the phase before a barrier's first one counts as an odd one that has ended.
    private void PrintTurn(string turn) => w.Line($"TransferBarrier.Wait(mine, ({turn} + 1 + group) & 1);");
}
