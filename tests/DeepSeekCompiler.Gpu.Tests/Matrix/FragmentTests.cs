using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using DeepSeekCompiler.Tests;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Gpu.Tests.Matrix;

/// <summary>Matrix instructions as OpenCL devices emulate them, against plain products of small whole numbers, which every format and sum here holds exactly.
/// Operands are laid out by the PTX ISA's tables, written down here once more.</summary>
public class FragmentTests
{
    private const int Threads = 64;

    [OpenClTheory]
    [InlineData(16)]
    [InlineData(32)]
    public void Mma_MultipliesExactly(int depth)
    {
        var random = new Random(depth);
        var left = new int[2, 16, depth];
        var right = new int[2, depth, 8];
        foreach (int warp in new[] { 0, 1 })
        {
            for (int k = 0; k < depth; k++)
            {
                for (int row = 0; row < 16; row++) left[warp, row, k] = random.Next(-8, 9);
                for (int column = 0; column < 8; column++) right[warp, k, column] = random.Next(-8, 9);
            }
        }

        var a = new Words4[Threads];
        var b = new Words2[Threads];
        int half = depth / 2, each = depth / 8;
        for (int thread = 0; thread < Threads; thread++)
        {
            int warp = thread / 32, g = thread % 32 / 4, first = thread % 4 * each;
            uint Word(Func<int, int> at, int from)
            {
                uint word = 0;
                for (int i = 0; i < each; i++) word |= Code(at(from + first + i), depth) << (32 / each * i);
                return word;
            }

            a[thread] = Fragment.A(Word(k => left[warp, g, k], 0), Word(k => left[warp, g + 8, k], 0), Word(k => left[warp, g, k], half), Word(k => left[warp, g + 8, k], half));
            b[thread] = Fragment.B(Word(k => right[warp, k, g], 0), Word(k => right[warp, k, g], half));
        }

        var sums = Run<Words4, Words2, Sums4>(depth == 16 ? MultiplyBF16 : MultiplyE4M3, a, b);
        for (int thread = 0; thread < Threads; thread++)
        {
            int warp = thread / 32, g = thread % 32 / 4, column = thread % 4 * 2;
            float Expected(int row, int n) => Enumerable.Range(0, depth).Sum(k => left[warp, row, k] * right[warp, k, n]);
            Assert.Equal([Expected(g, column), Expected(g, column + 1), Expected(g + 8, column), Expected(g + 8, column + 1)],
                new[] { sums[thread].X, sums[thread].Y, sums[thread].Z, sums[thread].W });
        }
    }

    [OpenClTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoadMatrix_GivesLanesTheirWords(bool transposed)
    {
        // Number n of a tile's row r is 8 r + n; lanes 8 i to 8 i + 7 bring the rows of tile i, which are 64 i further.
        var rows = new Words4[Threads];
        for (int thread = 0; thread < Threads; thread++)
        {
            uint Pair(int n) => (uint)(8 * thread + n) | (uint)(8 * thread + n + 1) << 16;
            rows[thread] = new() { X = Pair(0), Y = Pair(2), Z = Pair(4), W = Pair(6) };
        }

        var loaded = Run<Words4, Words4, Words4>(transposed ? LoadTransposed : Load, rows, rows);
        for (int thread = 0; thread < Threads; thread++)
        {
            int row = thread % 32 / 4, pair = thread % 4 * 2;
            uint Expected(int tile)
            {
                int start = (thread / 32 * 4 + tile) * 64;
                int first = transposed ? start + 8 * pair + row : start + 8 * row + pair;
                return (uint)first | (uint)(first + (transposed ? 8 : 1)) << 16;
            }

            Assert.Equal([Expected(0), Expected(1), Expected(2), Expected(3)], new[] { loaded[thread].X, loaded[thread].Y, loaded[thread].Z, loaded[thread].W });
        }
    }

    /// <summary>Copies through a swizzle, read back through the same one, and through one with a term changed.</summary>
    [OpenClFact]
    public void Swizzle_IsNoticedWhenItsTermsDiffer()
    {
        var pieces = Enumerable.Range(0, 4 * Threads).Select(i => new Words4 { X = (uint)i, Y = (uint)i + 1000, Z = (uint)i + 2000, W = (uint)i + 3000 }).ToArray();
        var back = Run<Words4, Words4, Words4>(Turn, pieces, pieces, 0);
        var wrong = Run<Words4, Words4, Words4>(TurnWrongly, pieces, pieces, 0);
        for (int thread = 0; thread < Threads; thread++) Assert.Equal(pieces[4 * thread + thread % 4], back[thread]);
        Assert.Contains(Enumerable.Range(0, Threads), thread => !wrong[thread].Equals(back[thread]));
    }

    [OpenClFact]
    public void Codes_BecomeBFloat16Exactly()
    {
        var codes = Enumerable.Range(0, Threads).Select(i => (uint)(4 * i) | (uint)(4 * i + 1) << 8 | (uint)(4 * i + 2) << 16 | (uint)(4 * i + 3) << 24).ToArray();
        var pairs = Run<uint, uint, Words2>(Decode, codes, codes, 0);
        for (int code = 0; code < 256; code++)
        {
            if ((code & 0x7F) == 0x7F) continue;
            uint word = code % 4 < 2 ? pairs[code / 4].X : pairs[code / 4].Y;
            float value = BitConverter.UInt32BitsToSingle(code % 2 == 0 ? word << 16 : word & 0xFFFF0000u);
            Assert.Equal(E4M3.Decode((byte)code), value);
        }
    }

    private static void MultiplyBF16(ArrayView<Words4> a, ArrayView<Words2> b, ArrayView<Sums4> sums) => sums[Group.IdxX] = MatrixCore.MmaBF16(default, a[Group.IdxX], b[Group.IdxX]);

    private static void MultiplyE4M3(ArrayView<Words4> a, ArrayView<Words2> b, ArrayView<Sums4> sums) => sums[Group.IdxX] = MatrixCore.MmaE4M3(default, a[Group.IdxX], b[Group.IdxX]);

    private static void Load(ArrayView<Words4> rows, ArrayView<Words4> same, ArrayView<Words4> loaded)
    {
        var shared = SharedMemory.Allocate<Words4>(Threads);
        shared[Group.IdxX] = rows[Group.IdxX];
        Group.Barrier();
        loaded[Group.IdxX] = MatrixCore.LoadMatrix(ref shared[Group.IdxX]);
    }

    private static void LoadTransposed(ArrayView<Words4> rows, ArrayView<Words4> same, ArrayView<Words4> loaded)
    {
        var shared = SharedMemory.Allocate<Words4>(Threads);
        shared[Group.IdxX] = rows[Group.IdxX];
        Group.Barrier();
        loaded[Group.IdxX] = MatrixCore.LoadMatrixTransposed(ref shared[Group.IdxX]);
    }

    private static void Turn(ArrayView<Words4> rows, ArrayView<Words4> same, ArrayView<Words4> back)
    {
        int row = Group.IdxX;
        var shared = SharedMemory.Allocate<Words4>(4 * Threads);
        for (int piece = 0; piece < 4; piece++) MatrixCore.CopyAsync(ref shared[row * 4 + (piece ^ (row >> 1 & 3))], ref rows[row * 4 + piece], 16);
        MatrixCore.CommitCopies();
        MatrixCore.WaitCopies0();
        Group.Barrier();
        back[row] = shared[row * 4 + ((row & 3) ^ (row >> 1 & 3))];
    }

    private static void TurnWrongly(ArrayView<Words4> rows, ArrayView<Words4> same, ArrayView<Words4> back)
    {
        int row = Group.IdxX;
        var shared = SharedMemory.Allocate<Words4>(4 * Threads);
        for (int piece = 0; piece < 4; piece++) MatrixCore.CopyAsync(ref shared[row * 4 + (piece ^ (row >> 1 & 3))], ref rows[row * 4 + piece], 16);
        MatrixCore.CommitCopies();
        MatrixCore.WaitCopies0();
        Group.Barrier();
        back[row] = shared[row * 4 + ((row & 3) ^ (row & 3))];
    }

    private static void Decode(ArrayView<uint> codes, ArrayView<uint> same, ArrayView<Words2> pairs) => pairs[Group.IdxX] = MatrixCore.BF16OfE4M3(codes[Group.IdxX]);

    private static uint Code(int value, int depth) => depth == 16 ? BitConverter.SingleToUInt32Bits(value) >> 16 : E4M3.Encode(value);

    private static TResult[] Run<T1, T2, TResult>(Action<ArrayView<T1>, ArrayView<T2>, ArrayView<TResult>> kernel, T1[] first, T2[] second, int sharedBytes = WarpEmulation.SharedBytes)
        where T1 : unmanaged
        where T2 : unmanaged
        where TResult : unmanaged
    {
        using var device = GpuDevices.Open("opencl");
        using var a = device.Accelerator.Allocate1D(first);
        using var b = device.Accelerator.Allocate1D(second);
        using var result = device.Accelerator.Allocate1D<TResult>(Threads);
        device.Accelerator.LoadStreamKernel(kernel)(sharedBytes == 0 ? new KernelConfig(1, Threads) : new KernelConfig(1, Threads, SharedMemoryConfig.RequestDynamic<byte>(sharedBytes)), a.View, b.View, result.View);
        device.Accelerator.Synchronize();
        return result.GetAsArray1D();
    }
}
