using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels.Training;

/// <summary>How sums of outer products run: register tiles of rows by vectors of columns. A block of the right factor is packed side by side and stays in the first
/// cache (on a device, in a group's own memory) while all row tiles of a work item pass. On a device strips of columns are work items too.</summary>
internal static class OuterSchedule
{
    /// <summary>Rows of a register tile; the same at every width, so that all widths cut the same work items.</summary>
    public const int Rows = Tiles.PackedTokens;

    public static KernelSchedule Of(OuterSum a, Machine target)
    {
        var outer = new List<LoopSpec>();
        foreach (var axis in a.Items) outer.Add(new(axis, 0, LoopKind.Parallel));
        int tile = 0;
        if (a.RowsAreItems) outer.Add(new(a.Rows, tile++, LoopKind.Parallel));
        outer.Add(new(a.Columns, 0, target.PacksPanels ? LoopKind.Serial : LoopKind.Parallel));
        outer.Add(new(a.Over, 0, LoopKind.Serial));
        LoopSpec[] columns = [new(a.Columns, 1, LoopKind.Serial), new(a.Columns, 2, LoopKind.Unroll), new(a.Columns, 3, LoopKind.Vector)];
        LoopSpec over = new(a.Over, 1, LoopKind.Serial);
        StageSchedule[] stages =
        [
            new(a.Pack, [.. outer, over, .. columns]) { StoredAt = outer.Count },
            new(a.Sum, [.. outer, new(a.Rows, tile, LoopKind.Serial), columns[0], over, new(a.Rows, tile + 1, LoopKind.Unroll), columns[1], columns[2]], outer.Count) { BlockAt = outer.Count + 2 },
        ];
        Split[] splits =
        [
            a.RowsAreItems ? Split.Panel(a.Rows, Tiles.OuterRows(target), Rows) : Split.Tile(a.Rows, Rows),
            Split.Strips(a.Columns, Tiles.Strip, target.Lanes, Tiles.Vectors(target)),
            Split.Chunks(a.Over, Tiles.Summands(target)),
        ];
        var phases = new List<Phase>();
        OperandSchedule.AddPhase(a.Operands, target, phases);
        phases.Add(new("Products", splits, [], [stages]));
        return new("register tiles of rows by vectors of columns, the right factor packed block by block", phases);
    }

    public static KernelSchedule Of(ColumnSums a, Machine target)
    {
        bool sums = a.Stage is Reduce;
        LoopSpec block = new(a.Block, 0, LoopKind.Parallel), token = new(a.Token, 0, LoopKind.Serial), step = new(a.Column, 0, LoopKind.Serial);
        var order = new List<LoopSpec> { block, sums ? step : token, sums ? token : step };
        AddLanes(order, a.Column);
        return new("blocks of columns, tokens in order", [new("Columns", [Split.Lanes(a.Column, target.Lanes, 1, 4)], [], [[new(a.Stage, order)]])]);
    }

    /// <summary>The columns of a register tile.</summary>
    public static void AddLanes(List<LoopSpec> order, Axis columns)
    {
        order.Add(new(columns, 1, LoopKind.Unroll));
        order.Add(new(columns, 2, LoopKind.Unroll));
        order.Add(new(columns, 3, LoopKind.Vector));
    }
}
