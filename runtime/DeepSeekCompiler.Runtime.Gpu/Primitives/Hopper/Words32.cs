namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>One thread's part of a 64x128 operand of bfloat16 numbers: columns 16i to 16i + 15 of the warp's sixteen rows are <c>Ci</c> (PTX ISA, wgmma, register
/// fragments of A).</summary>
public struct Words32
{
    public Words4 C0;
    public Words4 C1;
    public Words4 C2;
    public Words4 C3;
    public Words4 C4;
    public Words4 C5;
    public Words4 C6;
    public Words4 C7;
}
