using System.Globalization;
using System.Text;
using DeepSeekCompiler.Generators.Loops;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>Schedules as text: phases, stages, and the loops of each from the outside in.</summary>
public static class SchedulePrinter
{
    public static string Print(KernelSchedule schedule)
    {
        var text = new StringBuilder();
        text.Append("schedule: ").Append(schedule.Name).Append('\n');
        foreach (var phase in schedule.Phases)
        {
            text.Append("  phase ").Append(phase.Name).Append('\n');
            if (phase.Tile is { } tile) text.Append("    ").Append(tile).Append('\n');
            if (phase.Attention is { } attention) text.Append("    ").Append(attention).Append('\n');
            if (phase.Flash is { } flash) text.Append("    ").Append(flash).Append('\n');
            if (phase.Row is { } row) text.Append("    ").Append(row).Append('\n');
            foreach (var stage in phase.Prologue) Print(stage, "every worker", text);
            foreach (var branch in phase.Branches)
            {
                foreach (var stage in branch) Print(stage, "", text);
            }
        }

        return text.ToString();
    }

    private static void Print(StageSchedule stage, string where, StringBuilder text)
    {
        text.Append("    ").Append(stage.Stage.Name).Append(": ");
        for (int i = 0; i < stage.Order.Count; i++)
        {
            var loop = stage.Order[i];
            if (i > 0) text.Append(i == stage.Fuse ? " | " : " ");
            text.Append(loop.Axis.Name).Append('.').Append(loop.Part).Append(Mark(loop));
        }

        if (where.Length > 0) text.Append("  (").Append(where).Append(')');
        if (stage.BlockAt > 0) text.Append("  sums in registers from loop ").Append(stage.BlockAt.ToString(CultureInfo.InvariantCulture)).Append(" on");
        foreach (var axis in stage.Once) text.Append("  once for all ").Append(axis.Name);
        if (stage.Staged) text.Append("  staged in loop order");
        if (stage.ScaleAt > 0) text.Append("  scale applied once a block");
        text.Append('\n');
    }

    private static string Mark(LoopSpec loop) => Kind(loop) + (loop.Single switch { true => ":ones", false => ":tiles", null => "" });

    private static string Kind(LoopSpec loop) => loop.Kind switch
    {
        LoopKind.Parallel => ":parallel",
        LoopKind.Unroll => loop.OwnSums ? ":unroll+sums" : ":unroll",
        LoopKind.Vector => ":vector",
        LoopKind.Transpose => ":transpose",
        _ => "",
    };
}
