namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>One thread's part of a 64x128 tile of float32 sums: columns 8i to 8i + 7 of the warp's sixteen rows are <c>Ci</c>, laid out as <see cref="Sums4"/>;
/// warp w of the four has rows 16w to 16w + 15 (PTX ISA, wgmma, register fragments of the destination).</summary>
public struct Sums64
{
    public Sums4 C0;
    public Sums4 C1;
    public Sums4 C2;
    public Sums4 C3;
    public Sums4 C4;
    public Sums4 C5;
    public Sums4 C6;
    public Sums4 C7;
    public Sums4 C8;
    public Sums4 C9;
    public Sums4 C10;
    public Sums4 C11;
    public Sums4 C12;
    public Sums4 C13;
    public Sums4 C14;
    public Sums4 C15;
}
