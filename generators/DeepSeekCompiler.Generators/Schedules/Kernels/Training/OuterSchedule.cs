using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels.Training;

/// <summary>How sums of outer products run on the host: register tiles of rows by vectors of columns. The part of the right factor that a tile of columns needs stays
/// in the second cache while all row tiles of a work item pass.</summary>
internal static class OuterSchedule
{
    /// <summary>Rows of a register tile; the same at every width, so that all widths cut the same work items.</summary>
    public const int Rows = 6;

    /// <summary>Rows of a work item.</summary>
    public const int Panel = 48;

    /// <summary>Vectors beside <see cref="Rows"/> rows: 24 sums of 32 registers, 12 of 16.</summary>
    public static int Vectors(Machine target) => target.Registers == 32 && target.Lanes > 1 ? 4 : 2;

    public static KernelSchedule Of(OuterSum a, Machine target)
    {
        var order = new List<LoopSpec>();
        foreach (var axis in a.Items) order.Add(new(axis, 0, LoopKind.Parallel));
        int tile = 0;
        if (a.RowsAreItems) order.Add(new(a.Rows, tile++, LoopKind.Parallel));
        order.Add(new(a.Columns, 0, LoopKind.Serial));
        order.Add(new(a.Rows, tile++, LoopKind.Serial));
        order.Add(new(a.Over, 0, LoopKind.Serial));
        order.Add(new(a.Rows, tile, LoopKind.Unroll));
        AddLanes(order, a.Columns);
        var rows = a.RowsAreItems ? Split.Panel(a.Rows, Panel, Rows) : Split.Tile(a.Rows, Rows);
        return new("register tiles of rows by vectors of columns", [new("Products", [rows, Split.Lanes(a.Columns, target.Lanes, 1, Vectors(target))], [], [[new(a.Sum, order)]])]);
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
