using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Kernels.Training;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>How the experts run on the host: the active experts' rows are one list of work items.</summary>
internal static class ExpertSchedule
{
    public static KernelSchedule Of(ExpertGateUp a, Machine target) => a.Form.IsPlainStreaming() ? Streaming(a.Rows, a.Gate, target) : Many(a.Form, a.Rows, a.Gate, [], target);

    public static KernelSchedule Of(ExpertLinear a, Machine target) => a.Form.IsPlainStreaming() ? Streaming(a.Rows, a.Product, target) : Many(a.Form, a.Rows, a.Product, a.Operands, target);

    public static KernelSchedule Of(ExpertDownCombine a, Machine target)
    {
        if (a.Product is { } product) return OnMatrixUnit(a, product, target);
        var k = a.Rows.Column;
        // Sums are those of streaming products, so that a token's are the same whether it comes alone or with enough others to go expert by expert.
        int narrow = target.Narrow(a.Format), tile = Tiles.StreamingRows(target, k.Max), rowsOfTile = Tiles.TileRows(target, k.Max);
        bool ownSums = rowsOfTile == 1 || Tiles.StreamsTokensAlone(target, a.Weight);
        int panel = Tiles.StreamingPanel(target, a.Weight, tile), unroll = Tiles.Unroll(target, a.Format, rowsOfTile);
        var splits = new List<Split> { Split.Lanes(k, target.Lanes, narrow, unroll) };
        var phases = new List<Phase>();
        var prologue = RowSchedule.InFront(a.Rows, target, narrow, splits, phases);
        // An item has some rows of every chosen expert, so that a worker stays with one for a while.
        splits.Add(Split.Panel(a.Row, panel, tile));
        LoopSpec[] point = [new(a.Row, 0, LoopKind.Parallel), new(a.Token, 0, LoopKind.Serial)];
        LoopSpec choice = new(a.Choice, 0, LoopKind.Serial), rows = new(a.Row, 1, LoopKind.Serial), row = new(a.Row, 2, LoopKind.Unroll);
        var dot = new List<LoopSpec>(point) { choice, rows, new(k, 0, LoopKind.Serial) };
        int inside = dot.Count, scaleAt = a.Dot!.Scale is null ? 0 : inside;
        StreamingSchedule.AddLanes(dot, k, target, ownSums, row);
        phases.Add(new("Products", splits, prologue,
        [
            [
                Asking(new(a.Dot, dot) { StoredAt = 4, Scope = MemoryScope.Register, ScaleAt = scaleAt }, inside, a, target, tile, panel, unroll),
                new(a.Mix, [.. point, choice, rows, row], 4) { StoredAt = 2, Scope = panel == tile ? MemoryScope.Register : MemoryScope.Scratch },
                new(a.Store, [.. point, rows, row], 2),
            ],
        ]));
        return new(panel == 1 ? "streaming, one output number a work item, the chosen experts' rows side by side" : "streaming, some output numbers a work item, the chosen experts' rows in turns", phases);
    }

    private static KernelSchedule OnMatrixUnit(ExpertDownCombine a, Product product, Machine target)
    {
        var phases = new List<Phase>();
        RowSchedule.OwnPhase(a.Rows, target, phases);
        phases.Add(Tensorize.Products([product], MatrixForm.TensorStreaming, target));
        // Neighbours of a warp are all that an item has: there are few tokens.
        LoopSpec[] columns = [new(a.Row, 0, LoopKind.Parallel), new(a.Token, 0, LoopKind.Parallel)], lanes = [new(a.Row, 1, LoopKind.Serial), new(a.Row, 2, LoopKind.Serial), new(a.Row, 3, LoopKind.Vector)];
        phases.Add(new("Combine", [Split.Lanes(a.Row, target.Lanes, 1, 1)], [],
        [
            [
                new(a.Mix, [.. columns, new(a.Choice, 0, LoopKind.Serial), .. lanes]) { StoredAt = 2, Scope = MemoryScope.Register },
                new(a.Store, [.. columns, .. lanes], 2),
            ],
        ]));
        return new(Tensorize.Name(MatrixForm.TensorStreaming) + ", an expert of a token after the other", phases);
    }

    // A worker's reading jumps from expert to expert, and no processor follows; so what it comes to next is asked for, be it the next expert's rows or more of the same.
    private static StageSchedule Asking(StageSchedule dot, int depth, ExpertDownCombine a, Machine target, int tile, int panel, int unroll)
    {
        int ahead = Tiles.AheadRows(target, a.Weight, tile, jumps: true);
        if (ahead == 0) return dot;
        var (expert, row) = ahead < panel ? (a.Expert, a.Row.Index + ahead) : a.Later((ahead + panel - 1) / panel, panel);
        return StreamingSchedule.AskingFor(dot, depth, a.Weight, expert, row, a.Rows.Column, tile, StreamingSchedule.Trip(target, a.Format, unroll));
    }

    public static KernelSchedule Combine(Axis token, Axis column, Axis choice, Reduce sum, Map store, Machine target)
    {
        if (Schedules.Rows.RowTile.Of(token, [sum, store], target) is { } tile) return new("several warps for a token", [tile.Phase("Tokens", [sum, store])]);
        LoopSpec[] outer = [new(token, 0, LoopKind.Parallel), new(column, 0, LoopKind.Serial)];
        return new("one token a work item",
        [
            new("Tokens", [Split.Lanes(column, target.Lanes, 1, 4)], [],
            [
                [
                    new(sum, [.. outer, new(choice, 0, LoopKind.Serial), new(column, 1, LoopKind.Unroll), new(column, 2, LoopKind.Unroll), new(column, 3, LoopKind.Vector)]) { StoredAt = 2, Scope = MemoryScope.Register },
                    new(store, [.. outer, new(column, 1, LoopKind.Unroll), new(column, 2, LoopKind.Unroll), new(column, 3, LoopKind.Vector)], 2),
                ],
            ]),
        ]);
    }

    private static KernelSchedule Many(MatrixForm form, ActivationRows rows, Product first, Operand[] operands, Machine target) =>
        form.IsTensor() ? OnMatrixUnit(form, rows, first, target) : form switch
        {
            MatrixForm.Packed or MatrixForm.PackedFixed => Packed(form, rows, first, operands, target),
            MatrixForm.Tiled => new(TiledSchedule.Name(target), TiledSchedule.Phases(rows, first, target)),
            _ => Panels(form, rows, first, target),
        };

    private static KernelSchedule Packed(MatrixForm form, ActivationRows rows, Product first, Operand[] operands, Machine target)
    {
        var phases = new List<Phase>();
        OperandSchedule.AddPhase(operands, target, phases);
        RowSchedule.OwnPhase(rows.Source, target, phases);
        var (pack, column) = (rows.Pack!, rows.Column);
        LoopSpec[] order = [new(pack.Axes[0], 0, LoopKind.Parallel), new(rows.Token, 0, LoopKind.Serial), new(column, 0, LoopKind.Serial), new(column, 1, LoopKind.Serial), new(column, 2, LoopKind.Serial), new(column, 3, LoopKind.Vector)];
        phases.Add(new("Pack", [RowSchedule.Columns(rows, target)], [], [[new(pack, order) { Scope = MemoryScope.Workspace, Remark = "Rows of x, an expert's slots side by side." }]]));
        phases.Add(PackedSchedule.Products([first], target));
        return new(PackedSchedule.Name(form) + ", an active expert's slots for tokens", phases) { Layouts = PackedSchedule.Layouts(first, target) };
    }

    private static KernelSchedule OnMatrixUnit(MatrixForm form, ActivationRows rows, Product first, Machine target)
    {
        var phases = new List<Phase>();
        RowSchedule.OwnPhase(rows, target, phases);
        phases.Add(Tensorize.Products([first], form, target));
        return new(Tensorize.Name(form), phases);
    }

    private static KernelSchedule Streaming(ActivationRows rows, Product first, Machine target)
    {
        var format = first.Weight.Format;
        int narrow = target.Narrow(format), tile = Tiles.TileRows(target, rows.Column.Max);
        var splits = new List<Split> { Split.Lanes(rows.Column, target.Lanes, narrow, Tiles.Unroll(target, format, tile)) };
        var phases = new List<Phase>();
        var prologue = RowSchedule.InFront(rows, target, narrow, splits, phases);
        phases.Add(new("Products", splits, prologue, [StreamingSchedule.Items([first], target, splits)]));
        return new(StreamingSchedule.Name(tile, Tiles.StreamsTokensAlone(target, first)) + ", of active experts", phases);
    }

    private static KernelSchedule Panels(MatrixForm form, ActivationRows rows, Product first, Machine target)
    {
        var phases = new List<Phase>();
        RowSchedule.OwnPhase(rows, target, phases);
        var splits = new List<Split> { Split.Lanes(rows.Column, target.Lanes, 1, 1), Split.Tile(first.Token, Tiles.Tokens(target)) };
        phases.Add(new("Products", splits, [], [PanelSchedule.Items(first, target, splits)]));
        return new(PanelSchedule.Name(form, "panels of an active expert's rows", "slots"), phases);
    }
}
