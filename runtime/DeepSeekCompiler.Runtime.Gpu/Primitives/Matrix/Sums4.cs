namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>One thread's part of a 16x8 tile of float32 sums: with g = lane / 4 and q = lane % 4, X and Y are row g, columns 2q and 2q + 1; Z and W are
/// row g + 8, the same columns (PTX ISA, mma.m16n8k16).</summary>
public struct Sums4
{
    public float X;
    public float Y;
    public float Z;
    public float W;
}
