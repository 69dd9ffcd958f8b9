namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>8 bytes: one thread's part of an 8-column operand of a matrix instruction.</summary>
public struct Words2
{
    public uint X;
    public uint Y;
}
