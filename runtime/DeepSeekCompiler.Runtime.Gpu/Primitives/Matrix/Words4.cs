namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>16 bytes, read and written at once: 8 bfloat16 numbers or 16 E4M3 codes, or one thread's part of a 16-row operand of a matrix instruction.</summary>
public struct Words4
{
    public uint X;
    public uint Y;
    public uint Z;
    public uint W;
}
