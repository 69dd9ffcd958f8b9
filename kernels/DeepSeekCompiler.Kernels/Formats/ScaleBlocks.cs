namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>How E4M3 numbers share float32 scales: blocks of 128, the last ones shorter.</summary>
public static class ScaleBlocks
{
    /// <summary>Rows and columns of a weight block, columns of an activation group.</summary>
    public const int Size = 128;

    /// <summary>Blocks that cover <paramref name="extent"/> rows or columns.</summary>
    public static int Count(int extent) => (int)(((long)extent + Size - 1) / Size);

    /// <summary>The scale of a block whose largest magnitude is <paramref name="amax"/>: amax / 448 in float32, 1 for a block of zeros.</summary>
    public static float ScaleOf(float amax) => amax == 0 ? 1f : amax / E4M3.Max;
}
