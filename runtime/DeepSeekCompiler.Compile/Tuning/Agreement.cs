using System.Runtime.InteropServices;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Whether a candidate computes what the default schedule computes: 1 - 2 sum(xy) / sum(xx + yy) in double, over the numbers that either of them wrote.</summary>
public static class Agreement
{
    /// <summary>Float32 results: sums of a few hundred terms in another order are below 1e-11.</summary>
    public const double Float32 = 1e-9;

    /// <summary>Attention on matrix instructions: softmax weights are rounded to bfloat16 beside a maximum that depends on how many keys a step has.</summary>
    public const double RoundedAttention = 2e-5;

    /// <summary>Results kept as bfloat16 or float16: of sums in another order, one in twenty thousand falls to the other side of a rounding boundary, 2^-8 away.</summary>
    public const double Half = 1e-7;

    /// <summary>Results kept as E4M3: a step is up to an eighth of a number.</summary>
    public const double Code = 1e-5;

    /// <summary>Logits of a prompt cut otherwise: all layers' sums in another order.</summary>
    public const double Logits = 1e-7;

    /// <summary>The tolerance of an output.</summary>
    internal static double Of(NumberFormat format, bool rounds) => Math.Max(rounds ? RoundedAttention : 0, format switch { NumberFormat.E4M3 => Code, NumberFormat.BF16 or NumberFormat.F16 => Half, _ => Float32 });

    /// <summary>How far two outputs are from each other; 0 where both wrote the same.</summary>
    internal static double Error(RigOutput first, RigOutput second)
    {
        double product = 0, squares = 0;
        int size = first.Format.Bytes();
        for (int at = 0; at + size <= first.After.Length; at += size)
        {
            ReadOnlySpan<byte> before = first.Before.AsSpan(at, size), a = first.After.AsSpan(at, size), b = second.After.AsSpan(at, size);
            if (a.SequenceEqual(before) && b.SequenceEqual(before)) continue;
            double x = Number(a, first.Format), y = Number(b, first.Format);
            // A result that is not finite for both is the fault of the random arguments.
            if (!double.IsFinite(x) && x.Equals(y)) continue;
            product += x * y;
            squares += (x * x) + (y * y);
        }

        return squares == 0 ? 0 : 1 - (2 * product / squares);
    }

    private static double Number(ReadOnlySpan<byte> bytes, NumberFormat format) => format switch
    {
        NumberFormat.E4M3 => E4M3.Decode(bytes[0]),
        NumberFormat.BF16 => BF16.Decode(MemoryMarshal.Read<ushort>(bytes)),
        NumberFormat.F16 => (double)MemoryMarshal.Read<System.Half>(bytes),
        NumberFormat.I32 => MemoryMarshal.Read<int>(bytes),
        _ => MemoryMarshal.Read<float>(bytes),
    };
}
