using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>Barriers in shared memory that count arrivals and copied bytes (PTX ISA, mbarrier; sm_90). A barrier's phase ends when all arrivals and all expected
/// bytes are there, and the next begins.</summary>
public static class TransferBarrier
{
    /// <param name="barrier">Address in shared memory, a multiple of 8.</param>
    /// <param name="arrivals">Arrivals of a phase.</param>
    [IntrinsicImplementation]
    [Ptx("mbarrier.init.shared::cta.b64 [$0], $1;")]
    public static void Initialize(int barrier, int arrivals) => throw TileCopy.Unavailable();

    /// <summary>Shows initialised barriers to the copy engine; a barrier of the group shows them to its threads.</summary>
    [IntrinsicImplementation]
    [Ptx("fence.mbarrier_init.release.cluster;")]
    public static void Publish() => throw TileCopy.Unavailable();

    /// <summary>Arrives, and has the phase wait for that many bytes besides.</summary>
    [IntrinsicImplementation]
    [Ptx("mbarrier.arrive.expect_tx.shared::cta.b64 _, [$0], $1;")]
    public static void Expect(int barrier, int bytes) => throw TileCopy.Unavailable();

    /// <summary>Arrives.</summary>
    [IntrinsicImplementation]
    [Ptx("mbarrier.arrive.shared::cta.b64 _, [$0];")]
    public static void Arrive(int barrier) => throw TileCopy.Unavailable();

    /// <summary>Waits for the end of the phase of that parity; the one before the first counts as an odd one that has ended.</summary>
    [IntrinsicImplementation]
    [Ptx("{ .reg .pred done; WAIT: mbarrier.try_wait.parity.shared::cta.b64 done, [$0], $1; @!done bra WAIT; }")]
    public static void Wait(int barrier, int parity) => throw TileCopy.Unavailable();
}
