namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>The primitives of one width, applied to arrays whose lengths are multiples of the lanes.</summary>
public abstract class LaneSet
{
    public abstract int Width { get; }

    public int Lanes => Width / 32;

    /// <summary>Values of the codes in the named part of each word.</summary>
    public abstract float[] Decode(string part, int[] words);

    public abstract float[] LoadBF16(ushort[] codes);

    public abstract float[] LoadF16(ushort[] codes);

    public abstract float[] LoadE4M3(byte[] codes);

    public abstract ushort[] StoreBF16(float[] values);

    public abstract ushort[] StoreF16(float[] values);

    public abstract byte[] StoreE4M3(float[] values);

    public abstract float[] Exp(float[] values);

    /// <summary>The largest of one vector.</summary>
    public abstract float Max(float[] values);

    public abstract float[] RoundE4M3(float[] values);

    public override string ToString() => $"{Width} bits";
}
