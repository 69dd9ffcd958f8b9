using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Prefill attention on matrix instructions: a segment's keys and values are expanded by the products of projections, then attended to.</summary>
internal static class FlashSegmentsSchedule
{
    public static KernelSchedule Of(FlashSegments a, FlashTile tile, MatrixForm form, Machine target)
    {
        var phases = new List<Phase>();
        if (a.Rows is { } rows)
        {
            if (a.Decoded is { } up) RowSchedule.OwnPhase(up, target, phases, "Up");
            RowSchedule.OwnPhase(rows, target, phases);
            phases.Add(Tensorize.Products(a.Expansions, form, target));
        }

        List<Stage> stages = [.. a.Online.Start, a.Online.Score];
        if (a.Online.ScoreRest is { } rest) stages.Add(rest);
        stages.AddRange([.. a.Online.Softmax, a.Online.Mix, a.Online.KeepMaximum, a.Online.Finish]);
        phases.Add(new("Attend", [], [], [stages.ConvertAll(stage => new StageSchedule(stage, []) { Scope = Outlives(a, stage) ? MemoryScope.Workspace : MemoryScope.Register })])
        {
            Flash = new(a, tile),
        });
        return new("matrix instructions, a block of queries of a head a work item" + (a.Rows is null ? "" : $"; keys and values of {Limits.SegmentTokens / 1024}k tokens expanded at once"), phases);
    }

    // Maxima and totals, from one segment to the next.
    private static bool Outlives(FlashSegments a, Stage stage) => a.Rows is not null && (stage == a.Online.KeepMaximum || stage.Name == "Total");
}
