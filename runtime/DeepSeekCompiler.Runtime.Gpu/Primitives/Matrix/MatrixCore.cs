using ILGPU;
using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Matrix instructions of NVIDIA's sm_80 and later, and the copies that feed them (PTX ISA, sections on mma, ldmatrix and cp.async). OpenCL devices run
/// the same kernels with every instruction emulated by the group, which is there to prove their index arithmetic. All threads of the
/// group must reach each of them together.</summary>
public static class MatrixCore
{
    /// <summary>16 bytes from global to shared memory, not waited for; what <paramref name="bytes"/> (0 or 16) leaves out becomes zero.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .u64 t, g; .reg .u32 s; cvta.to.shared.u64 t, $0; cvt.u32.u64 s, t; cvta.to.global.u64 g, $1; cp.async.cg.shared.global [s], [g], 16, $2; }")]
    [OpenClMethod(nameof(Copy))]
    public static void CopyAsync(ref Words4 shared, ref Words4 global, int bytes) => Copy(ref shared, ref global, bytes);

    /// <summary>Closes the group of copies begun since the last call.</summary>
    [IntrinsicImplementation]
    [Ptx("cp.async.commit_group;")]
    [OpenClMethod(nameof(NothingToCommit))]
    public static void CommitCopies()
    {
    }

    /// <summary>Waits for all groups of copies.</summary>
    [IntrinsicImplementation]
    [Ptx("cp.async.wait_group 0;")]
    [OpenClMethod(nameof(NothingToWaitFor0))]
    public static void WaitCopies0()
    {
    }

    /// <summary>Waits until at most one group of copies is under way.</summary>
    [IntrinsicImplementation]
    [Ptx("cp.async.wait_group 1;")]
    [OpenClMethod(nameof(NothingToWaitFor1))]
    public static void WaitCopies1()
    {
    }

    /// <summary>Waits until at most two groups of copies are under way.</summary>
    [IntrinsicImplementation]
    [Ptx("cp.async.wait_group 2;")]
    [OpenClMethod(nameof(NothingToWaitFor2))]
    public static void WaitCopies2()
    {
    }

    /// <summary>Four 8x8 tiles of 16-bit numbers: lanes 8i to 8i + 7 point at the rows of tile i, and a lane gets word lane % 4 of row lane / 4 of each.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .u64 t; .reg .u32 s; cvta.to.shared.u64 t, $0; cvt.u32.u64 s, t; ldmatrix.sync.aligned.m8n8.x4.shared.b16 {$r0, $r1, $r2, $r3}, [s]; }")]
    [OpenClMethod(nameof(LoadEmulated))]
    public static Words4 LoadMatrix(ref Words4 row) => LoadEmulated(ref row);

    /// <summary>As <see cref="LoadMatrix(ref Words4)"/>, every tile transposed: a lane gets numbers 2 * (lane % 4) and the next of column lane / 4.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .u64 t; .reg .u32 s; cvta.to.shared.u64 t, $0; cvt.u32.u64 s, t; ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {$r0, $r1, $r2, $r3}, [s]; }")]
    [OpenClMethod(nameof(LoadTransposedEmulated))]
    public static Words4 LoadMatrixTransposed(ref Words4 row) => LoadTransposedEmulated(ref row);

    /// <summary>As <see cref="LoadMatrix(ref Words4)"/>, of rows that lie <paramref name="pieces"/> 16-byte pieces behind: where that is a constant it is part of the
    /// instruction, and the address is computed once for all of them. No OpenCL device has it: what uses it takes more shared memory than emulation leaves.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .u64 t; .reg .u32 s; cvta.to.shared.u64 t, $0; cvt.u32.u64 s, t; mad.lo.u32 s, $1, 16, s; ldmatrix.sync.aligned.m8n8.x4.shared.b16 {$r0, $r1, $r2, $r3}, [s]; }")]
    public static Words4 LoadMatrix(ref Words4 row, int pieces) => throw new NotSupportedException("Device code.");

    /// <summary>As <see cref="LoadMatrix(ref Words4, int)"/>, every tile transposed.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .u64 t; .reg .u32 s; cvta.to.shared.u64 t, $0; cvt.u32.u64 s, t; mad.lo.u32 s, $1, 16, s; ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {$r0, $r1, $r2, $r3}, [s]; }")]
    public static Words4 LoadMatrixTransposed(ref Words4 row, int pieces) => throw new NotSupportedException("Device code.");

    /// <summary>sums + a b over 16 bfloat16 numbers, accumulated in float32.</summary>
    [IntrinsicImplementation]
    [Ptx("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {$r0, $r1, $r2, $r3}, {$1.0, $1.1, $1.2, $1.3}, {$2.0, $2.1}, {$0.0, $0.1, $0.2, $0.3};")]
    [OpenClMethod(nameof(MmaBF16Emulated))]
    public static Sums4 MmaBF16(Sums4 sums, Words4 a, Words2 b) => MmaBF16Emulated(sums, a, b);

    /// <summary>sums + a b over 32 E4M3 numbers, accumulated in float32; sm_89 and later.</summary>
    [IntrinsicImplementation]
    [Ptx("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {$r0, $r1, $r2, $r3}, {$1.0, $1.1, $1.2, $1.3}, {$2.0, $2.1}, {$0.0, $0.1, $0.2, $0.3};")]
    [OpenClMethod(nameof(MmaE4M3Emulated))]
    public static Sums4 MmaE4M3(Sums4 sums, Words4 a, Words2 b) => MmaE4M3Emulated(sums, a, b);

    /// <summary>Four E4M3 codes as bfloat16 numbers, exact: X holds codes 0 and 1, Y codes 2 and 3.</summary>
    public static Words2 BF16OfE4M3(uint codes)
    {
        // A code's seven bits, moved into exponent and fraction, are its value times 2^-120; the product with 2^120 is exact.
        uint first = Spread(codes), second = Spread(codes >> 16);
        return new() { X = Times2To120(first), Y = Times2To120(second) };
    }

    /// <summary>Two bfloat16 numbers rounded from float32 (to nearest, ties to even), the first in the lower half.</summary>
    [IntrinsicImplementation]
    [Ptx("cvt.rn.bf16x2.f32 $r0, $1, $0;")]
    [OpenClMethod(nameof(PackBF16Emulated))]
    public static uint PackBF16(float low, float high) => PackBF16Emulated(low, high);

    /// <summary>Four E4M3 codes rounded from float32 (to nearest, ties to even, at most 448), the first in the lowest byte; sm_89 and later.</summary>
    public static uint PackE4M3(float first, float second, float third, float fourth) => PackE4M3(first, second) | PackE4M3(third, fourth) << 16;

    [IntrinsicImplementation]
    [Ptx("{ .reg .b16 t; cvt.rn.satfinite.e4m3x2.f32 t, $1, $0; cvt.u32.u16 $r0, t; }")]
    [OpenClMethod(nameof(PackE4M3Emulated))]
    internal static uint PackE4M3(float low, float high) => PackE4M3Emulated(low, high);

    /// <summary>The bfloat16 in the lower half of a word.</summary>
    public static float LowBF16(uint pair) => Interop.IntAsFloat(pair << 16);

    /// <summary>The bfloat16 in the upper half of a word.</summary>
    public static float HighBF16(uint pair) => Interop.IntAsFloat(pair & 0xFFFF0000u);

    /// <summary>The number of lane <c>lane ^ mask</c> of the same warp.</summary>
    [IntrinsicImplementation]
    [Ptx("shfl.sync.bfly.b32 $r0, $0, $1, 31, 0xffffffff;")]
    [OpenClMethod(nameof(ExchangeEmulated))]
    public static float Exchange(float value, int mask) => ExchangeEmulated(value, mask);

    private static uint Spread(uint codes)
    {
        uint apart = (codes & 0xFFu) << 8 | (codes & 0xFF00u) << 16;
        return (apart & 0x80008000u) | ((apart >> 4) & 0x07F007F0u);
    }

    [IntrinsicImplementation]
    [Ptx("{ .reg .b32 f, z; mov.b32 f, 0x7B807B80; mov.b32 z, 0x80008000; fma.rn.bf16x2 $r0, $0, f, z; }")]
    [OpenClMethod(nameof(Times2To120Emulated))]
    internal static uint Times2To120(uint pair) => Times2To120Emulated(pair);

    // ---- for OpenCL: one method an instruction, as ILGPU replaces one by the other -------------------------------------

    private static void Copy(ref Words4 shared, ref Words4 global, int bytes)
    {
        if (bytes > 0)
        {
            shared = global;
        }
        else
        {
            shared = default;
        }
    }

    private static void NothingToCommit()
    {
    }

    private static void NothingToWaitFor0()
    {
    }

    private static void NothingToWaitFor1()
    {
    }

    private static void NothingToWaitFor2()
    {
    }

    private static Words4 LoadEmulated(ref Words4 row) => WarpEmulation.Load(row);

    private static Words4 LoadTransposedEmulated(ref Words4 row) => WarpEmulation.LoadTransposed(row);

    private static Sums4 MmaBF16Emulated(Sums4 sums, Words4 a, Words2 b) => WarpEmulation.MmaBF16(sums, a, b);

    private static Sums4 MmaE4M3Emulated(Sums4 sums, Words4 a, Words2 b) => WarpEmulation.MmaE4M3(sums, a, b);

    private static float ExchangeEmulated(float value, int mask) => WarpEmulation.Exchange(value, mask);

    private static uint PackBF16Emulated(float low, float high) => DeviceMath.ToBF16(low) | (uint)DeviceMath.ToBF16(high) << 16;

    private static uint PackE4M3Emulated(float low, float high) => DeviceMath.ToE4M3(low) | (uint)DeviceMath.ToE4M3(high) << 8;

    private static uint Times2To120Emulated(uint pair)
    {
        const float factor = 1.329227995784916e36f;
        return Interop.FloatAsInt(LowBF16(pair) * factor) >> 16 | (Interop.FloatAsInt(HighBF16(pair) * factor) & 0xFFFF0000u);
    }
}
