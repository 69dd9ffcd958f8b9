using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Hopper's copy engine: one thread asks for a tile of a matrix (PTX ISA, cp.async.bulk.tensor; sm_90).</summary>
public static class TileCopy
{
    /// <summary>Where tiles may start in a group's dynamic shared memory: the first multiple of 1024, after which the swizzle repeats.</summary>
    /// <param name="start">The first piece.</param>
    [IntrinsicImplementation]
    [Ptx("{ .reg .u64 t; .reg .u32 s; cvta.to.shared.u64 t, $0; cvt.u32.u64 s, t; add.u32 s, s, 1023; and.b32 $r0, s, 0xFFFFFC00; }")]
    public static int Place(ref Words4 start) => throw Unavailable();

    /// <summary>Makes a map that the host wrote to global memory known to the copy engine; before its first use in a group.</summary>
    [IntrinsicImplementation]
    [Ptx("fence.proxy.tensormap::generic.acquire.gpu [$0], 128; prefetch.tensormap [$0];")]
    public static void Acquire(long map) => throw Unavailable();

    /// <summary>Has a tile copied; what lies outside of the matrix is zero, and counts as bytes that have come.</summary>
    /// <param name="tile">Address in shared memory, a multiple of 1024.</param>
    /// <param name="map">Address of the matrix' map.</param>
    /// <param name="column">First column.</param>
    /// <param name="row">First row.</param>
    /// <param name="barrier">The barrier that counts the bytes.</param>
    [IntrinsicImplementation]
    [Ptx("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [$1, {$2, $3}], [$4];")]
    public static void Load(int tile, long map, int column, int row, int barrier) => throw Unavailable();

    internal static NotSupportedException Unavailable() => new("The copy engine is one of CUDA devices of sm_90 and later only.");
}
