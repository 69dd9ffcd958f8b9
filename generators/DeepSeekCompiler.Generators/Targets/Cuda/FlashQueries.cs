using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using static DeepSeekCompiler.Generators.Targets.Cuda.AttentionText;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints how a warpgroup's queries come to shared memory: read as they are, rounded, and stored as the instructions read them, pieces of eight numbers in boxes
/// of eight pieces, swizzled.</summary>
internal sealed class FlashQueries(FlashFunction function, CodeWriter w)
{
    private readonly FlashTile _tile = function.Phase.Tile;

    private int Pieces => _tile.KeyDim / 8;

    // After so many rounds a warpgroup's threads are at the same pieces again, of rows that lie whole atoms of the swizzle further.
    private int Period => Pieces / (int)Affine.Gcd(Pieces, 128);

    private int Apart => 128 * Period / Pieces;

    private int Rounds => Apart % 8 == 0 && 64 % Apart == 0 ? 64 / Apart : throw new LoweringException($"{N(Pieces)} pieces of a query are not shared evenly by a warpgroup");

    /// <summary>A block's queries at once.</summary>
    public void PrintMethod()
    {
        w.Line();
        w.Line("/// <summary>Brings a warpgroup's queries to shared memory; its barrier tells when they are there.</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        w.Open("private static void PlaceQueries(Arguments given, int head, int block, int queries, int ready)");
        FlashAttention.DeclareScalars(function, w, function.QueryAt);
        PrintLoads("head", "block");
        PrintStores();
        PrintWait(w);
        w.Close();
    }

    /// <summary>All of the warpgroup's queries are there; nobody begins to place others before.</summary>
    public static void PrintWait(CodeWriter w) => w.Line("TransferBarrier.Wait(ready, 1);");

    public void PrintLoads(string head, string block)
    {
        w.Line($"int worker = Group.IdxX & 127, first = {block} * {N(_tile.Queries)} + (Group.IdxX - 128) / 128 * 64;");
        w.Line($"var numbers = given.{function.Queries.Name}.Cast<Sums4>();");
        for (int i = 0; i < Period; i++)
        {
            string thread = $"(worker{Plus(128 * i)})";
            w.Line($"int row{N(i)} = {thread} / {N(Pieces)}, piece{N(i)} = {thread} % {N(Pieces)};");
            for (int round = 0; round < Rounds; round++)
            {
                int number = round * Period + i;
                w.Line($"int query{N(number)} = first + row{N(i)}{Plus(round * Apart)};");
                var at = MatrixText.Rename(MatrixText.Rename(function.QueryAt, FlashFunction.Query, $"query{N(number)}"), FlashFunction.Head, head);
                w.Line($"int from{N(number)} = ({Code(Affine.Simplify(at))}) / 4 + piece{N(i)} * 2;");
                w.Line($"Sums4 left{N(number)} = numbers[from{N(number)}], right{N(number)} = numbers[from{N(number)} + 1];");
            }
        }
    }

    public void PrintStores()
    {
        w.Line("// No warp reads the queries before these any more.");
        w.Line("TransferBarrier.Arrive(ready);");
        w.Line("TransferBarrier.Wait(ready, 0);");
        for (int i = 0; i < Period; i++)
        {
            w.Line($"int to{N(i)} = queries + piece{N(i)} / 8 * {N(FlashRing.QueryBox)} + row{N(i)} * {N(WarpgroupTiles.RowBytes)} + ((piece{N(i)} ^ row{N(i)}) & 7) * 16;");
            for (int round = 0; round < Rounds; round++)
            {
                int number = round * Period + i;
                string Half(string of) => $"MatrixCore.PackBF16({of}{N(number)}.X, {of}{N(number)}.Y), MatrixCore.PackBF16({of}{N(number)}.Z, {of}{N(number)}.W)";
                w.Line($"WarpgroupAttention.Store(to{N(i)}{Plus(round * Apart * WarpgroupTiles.RowBytes)}, Fragment.A({Half("left")}, {Half("right")}));");
            }
        }

        w.Line("WarpgroupAttention.Publish();");
        w.Line("TransferBarrier.Arrive(ready);");
    }
}
