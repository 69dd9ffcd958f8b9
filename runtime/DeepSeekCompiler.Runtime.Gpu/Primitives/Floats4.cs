namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Four float32 numbers side by side, read and written at once.</summary>
public struct Floats4
{
    public float X;
    public float Y;
    public float Z;
    public float W;
}
