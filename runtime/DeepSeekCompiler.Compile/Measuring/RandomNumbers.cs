using System.Runtime.InteropServices;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Compile.Measuring;

/// <summary>Random numbers of a format. What numbers are decides how much power a product takes, so they are those of a model: normally distributed.</summary>
public static class RandomNumbers
{
    /// <param name="format">Format of the numbers.</param>
    /// <param name="scales">Whether they are block scales: positive and small.</param>
    /// <param name="bytes">Length.</param>
    public static byte[] Block(NumberFormat format, bool scales, int bytes)
    {
        var random = new Random((int)format);
        var block = new byte[bytes];
        float Next() => scales ? (float)((random.NextDouble() + 0.5) * 1e-3)
            : (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        switch (format)
        {
            case NumberFormat.E4M3:
                foreach (ref byte code in block.AsSpan()) code = E4M3.Encode(Next() * 64);
                break;
            case NumberFormat.BF16:
                foreach (ref ushort number in MemoryMarshal.Cast<byte, ushort>(block.AsSpan())) number = BF16.Encode(Next());
                break;
            case NumberFormat.F16:
                foreach (ref System.Half number in MemoryMarshal.Cast<byte, System.Half>(block.AsSpan())) number = (System.Half)Next();
                break;
            case NumberFormat.I32:
                // Two whole numbers to a word, as an I16 cache holds them.
                foreach (ref short number in MemoryMarshal.Cast<byte, short>(block.AsSpan())) number = (short)Math.Clamp(Next() * 1024, -3584, 3584);
                break;
            default:
                foreach (ref float number in MemoryMarshal.Cast<byte, float>(block.AsSpan())) number = Next();
                break;
        }

        return block;
    }
}
