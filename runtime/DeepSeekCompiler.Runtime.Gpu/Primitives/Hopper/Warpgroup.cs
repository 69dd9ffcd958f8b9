using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Instructions of four warps together, which start at a multiple of four (PTX ISA, wgmma; sm_90a). Operands lie in shared memory, as <see
/// cref="MatrixDescriptor"/> says. A call waits for its products, as the sums of one in flight are no values that a compiler may move: another
/// warpgroup keeps the matrix unit busy meanwhile. OpenCL has no such devices.</summary>
public static class Warpgroup
{
    // Only the low word of a descriptor changes along a row.
    private const string Declare = "{ .reg .b64 a, b; .reg .b32 al, ah, bl, bh; ";
    private const string Join = "mov.b64 a, {al, ah}; mov.b64 b, {bl, bh}; ";
    private const string Begin = Declare + "mov.b64 {al, ah}, $0; mov.b64 {bl, bh}, $1; " + Join + "wgmma.fence.sync.aligned; ";
    private const string BeginAdding = Declare + "mov.b64 {al, ah}, $1; mov.b64 {bl, bh}, $2; " + Join + "wgmma.fence.sync.aligned; ";
    private const string Next = "add.s32 al, al, 2; add.s32 bl, bl, 2; " + Join;
    private const string End = "wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0; }";
    private const string E4M3 = "wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {$r*}, a, b, ";
    private const string BF16 = "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {$r*}, a, b, 1, 1, 1, 0, 0; ";
    private const string WideBF16 = "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {$r*}, a, b, 1, 1, 1, 0, 0; ";

    /// <summary>a b over 128 E4M3 numbers: 64 rows of a, 128 rows of b.</summary>
    [IntrinsicImplementation]
    [Ptx(Begin + E4M3 + "0, 1, 1; " + Next + E4M3 + "1, 1, 1; " + Next + E4M3 + "1, 1, 1; " + Next + E4M3 + "1, 1, 1; " + End)]
    public static Sums64 MultiplyE4M3(ulong a, ulong b) => throw Unavailable();

    /// <summary>sums + a b over 64 bfloat16 numbers: 64 rows of a, 128 rows of b.</summary>
    [IntrinsicImplementation]
    [Ptx(BeginAdding + BF16 + Next + BF16 + Next + BF16 + Next + BF16 + End, Accumulates = true)]
    public static Sums64 MultiplyBF16(Sums64 sums, ulong a, ulong b) => throw Unavailable();

    /// <summary>sums + a b over 64 bfloat16 numbers: 64 rows of a, 256 rows of b.</summary>
    [IntrinsicImplementation]
    [Ptx(BeginAdding + WideBF16 + Next + WideBF16 + Next + WideBF16 + Next + WideBF16 + End, Accumulates = true)]
    public static Sums128 MultiplyWideBF16(Sums128 sums, ulong a, ulong b) => throw Unavailable();

    /// <summary>A number that is computed here: what is called between computing and use is no place to compute it again, as compilers do that move
    /// instructions to the loop that uses them.</summary>
    [IntrinsicImplementation]
    [Ptx("mov.b32 $r0, $0;")]
    public static int Keep(int value) => throw Unavailable();

    /// <summary>Leaves a thread of the copying warpgroup 24 registers.</summary>
    [IntrinsicImplementation]
    [Ptx("setmaxnreg.dec.sync.aligned.u32 24;")]
    public static void ReleaseRegisters() => throw Unavailable();

    /// <summary>Gives a thread of the two multiplying warpgroups 240 registers: 128 * 24 + 256 * 240 are all but a few of the 65536 there are.</summary>
    [IntrinsicImplementation]
    [Ptx("setmaxnreg.inc.sync.aligned.u32 240;")]
    public static void ClaimRegisters() => throw Unavailable();

    private static NotSupportedException Unavailable() => new("Warpgroup instructions run on CUDA devices of sm_90a only.");
}
