using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Host;

/// <summary>How the experts run on the host: the active experts' rows are one list of work items.</summary>
internal static class ExpertSchedule
{
    public static KernelSchedule Of(ExpertGateUp a, HostTarget target) => a.Form == MatrixForm.Streaming ? Streaming(a, target) : Panels(a.Rows, a.Gate, target);

    public static KernelSchedule Of(ExpertDown a, HostTarget target) => Panels(a.Rows, a.Down, target);

    public static KernelSchedule Of(ExpertDownCombine a, HostTarget target)
    {
        int narrow = HostTiles.Narrow(target, a.Format);
        var k = a.Rows.Column;
        var splits = new List<Split> { Split.Lanes(k, target.Lanes, narrow, HostTiles.Unroll(target, a.Format)) };
        var prologue = RowSchedule.Of(a.Rows, target, LoopKind.Serial, true, narrow, splits);
        LoopSpec[] point = [new(a.Row, 0, LoopKind.Parallel), new(a.Token, 0, LoopKind.Serial)];
        LoopSpec choice = new(a.Choice, 0, LoopKind.Serial);
        var dot = new List<LoopSpec>(point) { choice, new(k, 0, LoopKind.Serial) };
        int scaleAt = a.Dot.Scale is null ? 0 : dot.Count;
        MatrixSchedule.AddLanes(dot, k, target);
        return new("streaming, one output number a work item, the chosen experts' rows side by side",
        [
            new("Products", splits, prologue,
            [
                [
                    new(a.Dot, dot) { StoredAt = 3, Scope = MemoryScope.Register, ScaleAt = scaleAt },
                    new(a.Mix, [.. point, choice], 3) { StoredAt = 2, Scope = MemoryScope.Register },
                    new(a.Store, point, 2),
                ],
            ]),
        ]);
    }

    public static KernelSchedule Combine(Axis token, Axis column, Axis choice, Reduce sum, Map store, HostTarget target)
    {
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

    private static KernelSchedule Streaming(ExpertGateUp a, HostTarget target)
    {
        var format = a.Gate.Weight.Format;
        int narrow = HostTiles.Narrow(target, format);
        var splits = new List<Split> { Split.Lanes(a.Rows.Column, target.Lanes, narrow, HostTiles.Unroll(target, format)) };
        var prologue = RowSchedule.Of(a.Rows, target, LoopKind.Serial, true, narrow, splits);
        return new("streaming, one row of an active expert a work item", [new("Products", splits, prologue, [MatrixSchedule.StreamingItems(a.Gate, target)])]);
    }

    private static KernelSchedule Panels(ActivationRows rows, Product first, HostTarget target)
    {
        var phases = new List<Phase>();
        if (rows.Stages.Count > 0)
        {
            var rowSplits = new List<Split> { Split.Lanes(rows.Column, target.Lanes, 1, 1) };
            phases.Add(new("Rows", rowSplits, [], [RowSchedule.Of(rows, target, LoopKind.Parallel, false, 1, rowSplits)]));
        }

        var splits = new List<Split> { Split.Lanes(rows.Column, target.Lanes, 1, 1), Split.Tile(first.Token, HostTiles.Tokens(target)) };
        phases.Add(new("Products", splits, [], [MatrixSchedule.PanelItems(first, splits)]));
        return new("panels of an active expert's rows, register tiles of rows by slots", phases);
    }
}
