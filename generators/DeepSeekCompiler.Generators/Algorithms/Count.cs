using System.Globalization;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>FLOPs and bytes in words, for the headers of generated code.</summary>
internal static class Count
{
    public static string Flops(long rows, long columns) => Number(2 * rows * columns) + " * tokens";

    public static string Bytes(long rows, long columns, NumberFormat format) => Number(rows * columns * Size(format)) + " of weights";

    public static int Size(NumberFormat format) => format switch { NumberFormat.E4M3 => 1, NumberFormat.F16 or NumberFormat.BF16 => 2, _ => 4 };

    public static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
