namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>One thread's part of a 64x256 tile of float32 sums, laid out as <see cref="Sums64"/>.</summary>
public struct Sums128
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
    public Sums4 C16;
    public Sums4 C17;
    public Sums4 C18;
    public Sums4 C19;
    public Sums4 C20;
    public Sums4 C21;
    public Sums4 C22;
    public Sums4 C23;
    public Sums4 C24;
    public Sums4 C25;
    public Sums4 C26;
    public Sums4 C27;
    public Sums4 C28;
    public Sums4 C29;
    public Sums4 C30;
    public Sums4 C31;
}
