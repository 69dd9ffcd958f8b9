using DeepSeekCompiler.Runtime.Gpu.Primitives;
using ILGPU;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>Kernels that do nothing but multiply, with what lies in registers or shared memory already.</summary>
public static class PeakKernels
{
    public struct Arguments
    {
        /// <summary>One number a thread, so that nothing is left out.</summary>
        public ArrayView<float> Sums;

        public int Rounds;
    }

    /// <summary>Products of a round that do not wait for each other.</summary>
    public const int Chains = 8;

    public static void BF16(Arguments given)
    {
        // Numbers between 1 and 2: zeros would cost less power than a model does.
        uint pair = 0x3F803F80u + (uint)(Group.IdxX % 64) * 0x00010001u;
        Words4 a = Fragment.A(pair, pair + 3, pair + 5, pair + 7);
        Words2 b = Fragment.B(pair + 1, pair + 9);
        Sums4 s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int i = 0; i < given.Rounds; i++)
        {
            s0 = MatrixCore.MmaBF16(s0, a, b);
            s1 = MatrixCore.MmaBF16(s1, a, b);
            s2 = MatrixCore.MmaBF16(s2, a, b);
            s3 = MatrixCore.MmaBF16(s3, a, b);
            s4 = MatrixCore.MmaBF16(s4, a, b);
            s5 = MatrixCore.MmaBF16(s5, a, b);
            s6 = MatrixCore.MmaBF16(s6, a, b);
            s7 = MatrixCore.MmaBF16(s7, a, b);
        }

        given.Sums[Place] = s0.X + s1.Y + s2.Z + s3.W + s4.X + s5.Y + s6.Z + s7.W;
    }

    public static void E4M3(Arguments given)
    {
        uint codes = 0x38383838u + (uint)(Group.IdxX % 7) * 0x01010101u;
        Words4 a = Fragment.A(codes, codes ^ 1, codes ^ 2, codes ^ 3);
        Words2 b = Fragment.B(codes ^ 4, codes ^ 5);
        Sums4 s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int i = 0; i < given.Rounds; i++)
        {
            s0 = MatrixCore.MmaE4M3(s0, a, b);
            s1 = MatrixCore.MmaE4M3(s1, a, b);
            s2 = MatrixCore.MmaE4M3(s2, a, b);
            s3 = MatrixCore.MmaE4M3(s3, a, b);
            s4 = MatrixCore.MmaE4M3(s4, a, b);
            s5 = MatrixCore.MmaE4M3(s5, a, b);
            s6 = MatrixCore.MmaE4M3(s6, a, b);
            s7 = MatrixCore.MmaE4M3(s7, a, b);
        }

        given.Sums[Place] = s0.X + s1.Y + s2.Z + s3.W + s4.X + s5.Y + s6.Z + s7.W;
    }

    /// <summary>Bytes of shared memory of the two kernels below: 64 and 256 rows of 128 bytes, and room to start at a multiple of 1024.</summary>
    public const int SharedBytes = (320 * 128) + 1024;

    public static void WarpgroupBF16(Arguments given)
    {
        var shared = SharedMemory.GetDynamic<byte>().Cast<Words4>();
        int place = Fill(shared, 0x3F803F80u);
        ulong a = MatrixDescriptor.Of(place), b = MatrixDescriptor.Of(place + (64 * 128));
        Sums128 sums = default;
        for (int i = 0; i < given.Rounds; i++) sums = Warpgroup.MultiplyWideBF16(sums, a, b);
        given.Sums[Place] = sums.C0.X + sums.C31.W;
    }

    public static void WarpgroupE4M3(Arguments given)
    {
        var shared = SharedMemory.GetDynamic<byte>().Cast<Words4>();
        int place = Fill(shared, 0x38393A3Bu);
        ulong a = MatrixDescriptor.Of(place), b = MatrixDescriptor.Of(place + (64 * 128));
        Sums64 sums = default;
        for (int i = 0; i < given.Rounds; i++) sums = Warpgroup.MultiplyE4M3(a, b);
        given.Sums[Place] = sums.C0.X + sums.C15.W;
    }

    private static int Place => Grid.IdxX * Group.DimX + Group.IdxX;

    private static int Fill(ArrayView<Words4> shared, uint word)
    {
        for (int i = Group.IdxX; i < SharedBytes / 16; i += Group.DimX)
        {
            uint own = word + ((uint)(i % 5) * 0x00010001u);
            shared[i] = new Words4 { X = own, Y = own, Z = own, W = own };
        }

        Group.Barrier();
        return TileCopy.Place(ref shared[0]);
    }
}
