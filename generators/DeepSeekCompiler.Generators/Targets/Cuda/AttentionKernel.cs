using System.Collections.Generic;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Prints a phase of decode attention.</summary>
internal static class AttentionKernel
{
    public static void Print(AttentionFunction function, string name, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        switch (function.Work)
        {
            case AbsorbTile: new AbsorbedQueries(function, writer).Print(name); break;
            case JoinTile: new JoinedParts(function, writer).Print(name); break;
            default: AttentionParts.Print(function, name, strides, writer); break;
        }
    }
}
