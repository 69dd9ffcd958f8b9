using System.Runtime.InteropServices;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>A block of Q8_0: binary16 of d = largest magnitude / 127, then 32 numbers times 1/d, rounded to whole ones, halves away from zero.</summary>
/// <remarks>The reciprocal is of d in float32, before it is rounded to binary16; a block of zeros has d = 0 and zeros.</remarks>
internal static class Q8Block
{
    /// <summary>Numbers of a block.</summary>
    public const int Numbers = 32;

    /// <summary>Bytes of a block.</summary>
    public const int Bytes = 2 + Numbers;

    /// <param name="numbers">32 of them.</param>
    /// <param name="block">34 bytes.</param>
    public static void Encode(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        float largest = 0;
        foreach (float x in numbers) largest = MathF.Max(largest, MathF.Abs(x));
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        MemoryMarshal.Write(block, F16.Encode(scale));
        for (int i = 0; i < Numbers; i++) block[2 + i] = (byte)(sbyte)MathF.Round(numbers[i] * inverse, MidpointRounding.AwayFromZero);
    }
}
