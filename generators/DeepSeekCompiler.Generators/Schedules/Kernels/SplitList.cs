using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Splits of a phase as they come together.</summary>
internal static class SplitList
{
    /// <summary>Adds a split unless its axis has one.</summary>
    public static void AddUnknown(this List<Split> splits, Split split)
    {
        foreach (var known in splits)
        {
            if (known.Axis == split.Axis) return;
        }

        splits.Add(split);
    }
}
