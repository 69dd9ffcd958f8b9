using DeepSeekCompiler.Generators.Schedules.Matrix;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>The ring of tiles that the copy engine fills and warpgroups multiply, step by step along the reduced columns.</summary>
/// <remarks>A stage of the ring holds the activation rows (a tile for every term) and behind them the weight rows, a partner's below the first one's, so that
/// one instruction multiplies with both. Rows are 128 bytes, swizzled by the copy engine. Steps are counted through all work items of a group: the count
/// says which stage comes next and, by its parity, which use of the stage.</remarks>
internal sealed class WarpgroupRing(MatrixText text)
{
    /// <summary>The bit of a step's number that changes with every use of a stage; those below it are the stage.</summary>
    public const int ParityBit = 8;

    /// <summary>Bytes of the tile of a part of the tokens.</summary>
    public const int PartBytes = WarpgroupTiles.Part * WarpgroupTiles.RowBytes;

    private readonly ProductTile _tile = text.Tile;

    /// <summary>The product whose tiles it holds.</summary>
    public MatrixText Text => text;

    /// <summary>Weight rows of a product that a tile has.</summary>
    public int Rows { get; } = text.Points.Rows(text.Tile);

    /// <summary>Steps of a work item.</summary>
    public int Steps { get; } = (text.Columns + text.Tile.Columns - 1) / text.Tile.Columns;

    /// <summary>Where the weight rows of a stage begin, in bytes.</summary>
    public int WeightStart { get; } = text.Terms * text.Tile.Tokens * WarpgroupTiles.RowBytes;

    private int StageBytes => WeightStart + _tile.Rows * WarpgroupTiles.RowBytes;

    // Behind the tiles.
    private static int BarrierStart(ProductTile tile) => tile.DynamicBytes - WarpgroupTiles.Alignment - tile.Stages * WarpgroupTiles.BarrierBytes;

    /// <summary>Prepares the barriers of all stages: a group of a tile has a warpgroup that copies, whose warps free nothing.</summary>
    public static void PrintBarriers(ProductTile tile, CodeWriter writer) => PrintBarriers(BarrierStart(tile), tile.Stages, tile.Warps - 4, null, writer);

    /// <summary>Prepares pairs of barriers: a stage is full when its bytes have come, and free when all multiplying warps have said so.</summary>
    /// <param name="start">Where they stand in shared memory, in bytes.</param>
    /// <param name="stages">How many pairs.</param>
    /// <param name="warps">Warps that multiply.</param>
    /// <param name="others">A line that prepares more barriers; null for none.</param>
    /// <param name="writer">Where to.</param>
    public static void PrintBarriers(int start, int stages, int warps, string? others, CodeWriter writer)
    {
        writer.Open("if (Group.IdxX == 0)");
        writer.Open($"for (int stage = 0; stage < {N(stages)}; stage++)");
        writer.Line($"int full = shared + {N(start)} + stage * {N(WarpgroupTiles.BarrierBytes)};");
        writer.Line("TransferBarrier.Initialize(full, 1);");
        writer.Line($"TransferBarrier.Initialize(full + 8, {N(warps)});");
        writer.Close();
        writer.Line();
        if (others is not null) writer.Line(others);
        writer.Line("TransferBarrier.Publish();");
        writer.Close();
        writer.Line();
        writer.Line("Group.Barrier();");
    }

    /// <summary>Names the stage of a step, where its tiles are, and its barriers.</summary>
    public void PrintStage() =>
        text.Writer.Line($"int stage = step & {N((1 << ParityBit) - 1)}, tile = shared + stage * {N(StageBytes)}, full = shared + {N(BarrierStart(_tile))} + stage * {N(WarpgroupTiles.BarrierBytes)};");

    /// <summary>Goes on to the next step: the stage counts up to the ring's end; behind it the parity changes. No division comes between two steps.</summary>
    public void PrintStep() => text.Writer.Line($"step = stage == {N(_tile.Stages - 1)} ? (step ^ {N(1 << ParityBit)}) - stage : step + 1;");

    private static string N(long value) => MatrixText.Number(value);
}
