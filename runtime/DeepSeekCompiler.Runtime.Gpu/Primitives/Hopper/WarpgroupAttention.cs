using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Prefill attention by the instructions of a warpgroup (PTX ISA, wgmma; sm_90a): 64 queries of 192 numbers, 128 keys, values of 128 numbers. Queries and keys
/// lie in shared memory in boxes of 64 numbers, values in boxes of 64 numbers of 128 rows, all swizzled over 128 bytes; softmax weights come from registers.</summary>
/// <remarks>Two warpgroups take turns: while one multiplies, the other computes softmax weights. A call says that the next turn may begin as soon as its own products
/// are queued, and waits for them.</remarks>
public static class WarpgroupAttention
{
    private const string Product = "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 ";
    private const string Begin = "wgmma.fence.sync.aligned; ";
    private const string Wait = "wgmma.wait_group.sync.aligned 0; }";
    private const string Commit = "wgmma.commit_group.sync.aligned; mbarrier.arrive.shared::cta.b64 _, ";

    // An instruction takes 32 bytes of a row; a box of queries has 64 rows, one of keys 128.
    private const string Along = "add.s64 q, q, 2; add.s64 k, k, 2; ";
    private const string NextBox = "add.s64 q, q, 506; add.s64 k, k, 1018; ";
    private const string FirstScore = Product + "{$r0-63}, q, k, 0, 1, 1, 0, 0; ";
    private const string Score = Product + "{$r0-63}, q, k, 1, 1, 1, 0, 0; ";
    private const string Box = Score + Along + Score + Along + Score + Along + Score;
    private const string AllScores = FirstScore + Along + Score + Along + Score + Along + Score + NextBox + Box + NextBox + Box;

    // The weights of sixteen keys, and their values: sixteen rows of 128 bytes.
    private const string Value0 = "{$1.0, $1.1, $1.2, $1.3}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value1 = "{$1.4, $1.5, $1.6, $1.7}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value2 = "{$1.8, $1.9, $1.10, $1.11}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value3 = "{$1.12, $1.13, $1.14, $1.15}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value4 = "{$1.16, $1.17, $1.18, $1.19}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value5 = "{$1.20, $1.21, $1.22, $1.23}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value6 = "{$1.24, $1.25, $1.26, $1.27}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Value7 = "{$1.28, $1.29, $1.30, $1.31}, v, 1, 1, 1, 1; add.s64 v, v, 128; ";
    private const string Mixed = Product + "{$r*}, ";
    private const string MixedToo = Product + "{$r64-127}, ";

    /// <summary>Scores of queries with keys.</summary>
    /// <param name="queries">Descriptor of the queries.</param>
    /// <param name="keys">Descriptor of the keys.</param>
    /// <param name="next">The barrier of the warpgroup whose turn is next.</param>
    [IntrinsicImplementation]
    [Ptx("{ .reg .b64 q, k; mov.b64 q, $0; mov.b64 k, $1; " + Begin + AllScores + Commit + "[$2]; " + Wait)]
    public static Sums64 Scores(ulong queries, ulong keys, int next) => throw Unavailable();

    /// <summary>Scores of queries with keys, and mix + weights values of the keys before them.</summary>
    /// <param name="mix">What the sums of values are so far.</param>
    /// <param name="weights">Softmax weights.</param>
    /// <param name="values">Descriptor of the values.</param>
    /// <param name="queries">Descriptor of the queries.</param>
    /// <param name="keys">Descriptor of the keys.</param>
    /// <param name="next">The barrier of the warpgroup whose turn is next.</param>
    [IntrinsicImplementation]
    [Ptx("{ .reg .b64 q, k, v; mov.b64 v, $2; mov.b64 q, $3; mov.b64 k, $4; " + Begin + AllScores + MixedToo + Value0 + MixedToo + Value1 + MixedToo + Value2 + MixedToo + Value3 + MixedToo + Value4 + MixedToo + Value5 + MixedToo + Value6 + MixedToo + Value7 + Commit + "[$5]; " + Wait, Accumulates = true, First = 64)]
    public static AttentionSums Attend(Sums64 mix, Words32 weights, ulong values, ulong queries, ulong keys, int next) => throw Unavailable();

    /// <summary>mix + weights values.</summary>
    /// <param name="mix">What the sums of values are so far.</param>
    /// <param name="weights">Softmax weights.</param>
    /// <param name="values">Descriptor of the values.</param>
    /// <param name="next">The barrier of the warpgroup whose turn is next.</param>
    [IntrinsicImplementation]
    [Ptx("{ .reg .b64 v; mov.b64 v, $2; " + Begin + Mixed + Value0 + Mixed + Value1 + Mixed + Value2 + Mixed + Value3 + Mixed + Value4 + Mixed + Value5 + Mixed + Value6 + Mixed + Value7 + Commit + "[$3]; " + Wait, Accumulates = true)]
    public static Sums64 Mix(Sums64 mix, Words32 weights, ulong values, int next) => throw Unavailable();

    /// <summary>16 bytes to shared memory.</summary>
    /// <param name="address">A multiple of 16.</param>
    /// <param name="piece">What is stored.</param>
    [IntrinsicImplementation]
    [Ptx("st.shared.v4.b32 [$0], {$1.0, $1.1, $1.2, $1.3};")]
    public static void Store(int address, Words4 piece) => throw Unavailable();

    /// <summary>Shows what this thread has stored to shared memory to the instructions that read it by descriptor; a barrier tells when all threads have.</summary>
    [IntrinsicImplementation]
    [Ptx("fence.proxy.async.shared::cta;")]
    public static void Publish() => throw Unavailable();

    private static NotSupportedException Unavailable() => new("Warpgroup instructions run on CUDA devices of sm_90a only.");
}
