using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>Tokens of one call. Without positions they follow what the cache holds, and the last one has logits.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct LlamaBatch
{
    [FieldOffset(0)]
    public int Count;

    [FieldOffset(8)]
    public int* Tokens;
}
