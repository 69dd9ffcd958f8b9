using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>llama.cpp's parameters of a context, as <see cref="LlamaPackage.Version"/> lays them out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
internal struct LlamaContextParams
{
    /// <summary>Tokens of the cache.</summary>
    [FieldOffset(0)]
    public uint Context;

    /// <summary>The most tokens of a call.</summary>
    [FieldOffset(4)]
    public uint Batch;

    /// <summary>The most tokens that are computed together.</summary>
    [FieldOffset(8)]
    public uint MicroBatch;

    [FieldOffset(28)]
    public int Threads;

    [FieldOffset(32)]
    public int BatchThreads;

    /// <summary>-1 by itself, 0 off, 1 on.</summary>
    [FieldOffset(52)]
    public int FlashAttention;

    /// <summary>Format of the cache; 1 is binary16.</summary>
    [FieldOffset(104)]
    public int KeyType;
}
