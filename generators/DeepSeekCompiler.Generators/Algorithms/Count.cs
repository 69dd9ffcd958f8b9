using System.Globalization;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>FLOPs and bytes in words, for the headers of generated code.</summary>
internal static class Count
{
    public static string Flops(long rows, long columns) => Number(2 * rows * columns) + " * tokens";

    public static string Bytes(long rows, long columns, NumberFormat format) => Number(rows * columns * format.Bytes()) + " of weights";

    public static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
