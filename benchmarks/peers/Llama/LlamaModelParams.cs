using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>llama.cpp's parameters of a model, as <see cref="LlamaPackage.Version"/> lays them out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct LlamaModelParams
{
    [FieldOffset(16)]
    public int GpuLayers;

    /// <summary>1 maps the file; -1 leaves it to the library.</summary>
    [FieldOffset(24)]
    public int LoadMode;

    /// <summary>Whether weights may be rearranged for the processor.</summary>
    [FieldOffset(74)]
    public byte UseExtraBuffers;
}
