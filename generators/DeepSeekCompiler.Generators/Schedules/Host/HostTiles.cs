using DeepSeekCompiler.Generators.Loops.Passes;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Schedules.Host;

/// <summary>Tile sizes of the host, from the facts of the target.</summary>
internal static class HostTiles
{
    /// <summary>Weight rows of a register tile; the same at every width, so that all widths cut the same work items.</summary>
    public const int Rows = 4;

    /// <summary>Weight rows of a panel: decoded once into float32, 32 rows of 1024 columns are 128 KiB, a quarter of an L2 cache.</summary>
    public const int Panel = 32;

    /// <summary>Tokens of a register tile: with four rows, that many sums plus the operands fill the registers.</summary>
    public static int Tokens(HostTarget target) => target.Lanes == 1 ? 2 : target.Registers == 32 ? 5 : 3;

    /// <summary>Unrolled vectors of a streaming loop. With FP8 one step is a scale block of 128.</summary>
    public static int Unroll(HostTarget target, NumberFormat format)
    {
        int step = target.Lanes * Narrow(target, format);
        return format == NumberFormat.E4M3 ? FormatSpec.Block / step : 4;
    }

    /// <summary>Numbers of a format that share a 32-bit lane; scalar code has no lanes to share.</summary>
    public static int Narrow(HostTarget target, NumberFormat format) => target.Lanes == 1 ? 1 : Vectorize.PerWord(format);
}
