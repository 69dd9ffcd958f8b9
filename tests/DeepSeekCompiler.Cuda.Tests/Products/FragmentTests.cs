using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using MatrixCore = DeepSeekCompiler.Cuda.Tests.Machine.MatrixCore;

namespace DeepSeekCompiler.Cuda.Tests.Products;

/// <summary>The simulated instructions themselves, on whole numbers, which every format and sum here holds exactly.</summary>
public class FragmentTests
{
    /// <summary>Rows in shared memory, loaded by ldmatrix, multiplied: the way of both operands through the layouts, for both formats.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void LoadedFragments_MultiplyExactly(int depth)
    {
        var random = new Random(depth);
        int[,] left = new int[16, depth], right = new int[8, depth];
        for (int k = 0; k < depth; k++)
        {
            for (int row = 0; row < 16; row++) left[row, k] = random.Next(-8, 9);
            for (int column = 0; column < 8; column++) right[column, k] = random.Next(-8, 9);
        }

        var got = new float[16, 8];
        Launch(async () =>
        {
            // Rows of 32 bytes, two pieces each; the left operand's sixteen, then the right one's eight.
            var shared = SharedMemory.Allocate<Words4>(48);
            int lane = Group.IdxX;
            if (lane < 24) Write(shared, lane, depth, lane < 16 ? k => left[lane, k] : k => right[lane - 16, k]);
            await Group.Barrier();
            // Tiles of a 16-row operand: rows 0 to 7 and 8 to 15 of the first half, then of the second.
            var a = await MatrixCore.LoadMatrix(ref shared[(2 * (lane & 15)) + (lane >> 4)]);
            var b = await MatrixCore.LoadMatrix(ref shared[32 + (2 * (lane & 7)) + (lane >> 3 & 1)]);
            var sums = depth == 16 ? await MatrixCore.MmaBF16(default, a, Fragment.B(b.X, b.Y)) : await MatrixCore.MmaE4M3(default, a, Fragment.B(b.X, b.Y));
            for (int i = 0; i < 4; i++)
            {
                var (row, column) = Fragments.Sum(lane, i);
                got[row, column] = i switch { 0 => sums.X, 1 => sums.Y, 2 => sums.Z, _ => sums.W };
            }
        });
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++) Assert.Equal(Enumerable.Range(0, depth).Sum(k => left[row, k] * right[column, k]), got[row, column]);
        }
    }

    /// <summary>The tables of the PTX manual at corners that tell the layouts apart.</summary>
    [Fact]
    public void Layouts_AreTheManuals()
    {
        // m16n8k16: a0, a1 row g; a2, a3 row g + 8; a4, a5 row g, columns from 8 on.
        Assert.Equal((1, 4), Fragments.A(6, 0, 16));
        Assert.Equal((9, 5), Fragments.A(6, 3, 16));
        Assert.Equal((1, 12), Fragments.A(6, 4, 16));
        Assert.Equal((9, 13), Fragments.A(6, 7, 16));
        Assert.Equal((5, 1), Fragments.B(6, 1, 16));
        Assert.Equal((12, 1), Fragments.B(6, 2, 16));
        // m16n8k32: four codes of a row side by side.
        Assert.Equal((1, 11), Fragments.A(6, 3, 32));
        Assert.Equal((9, 8), Fragments.A(6, 4, 32));
        Assert.Equal((1, 24), Fragments.A(6, 8, 32));
        Assert.Equal((9, 27), Fragments.A(6, 15, 32));
        Assert.Equal((27, 1), Fragments.B(6, 7, 32));
        Assert.Equal((1, 5), Fragments.Sum(6, 1));
        Assert.Equal((9, 4), Fragments.Sum(6, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoadMatrix_GivesLanesTheirNumbers(bool transposed)
    {
        // Number n of row r of tile i is 64 i + 8 r + n.
        var loaded = new Words4[32];
        Launch(async () =>
        {
            var shared = SharedMemory.Allocate<Words4>(32);
            int lane = Group.IdxX;
            uint Pair(int n) => (uint)((8 * lane) + n) | (uint)((8 * lane) + n + 1) << 16;
            shared[lane] = new() { X = Pair(0), Y = Pair(2), Z = Pair(4), W = Pair(6) };
            await Group.Barrier();
            loaded[lane] = transposed ? await MatrixCore.LoadMatrixTransposed(ref shared[lane]) : await MatrixCore.LoadMatrix(ref shared[lane]);
        });
        for (int lane = 0; lane < 32; lane++)
        {
            uint Expected(int tile)
            {
                int first = (64 * tile) + (transposed ? (16 * (lane % 4)) + (lane / 4) : (8 * (lane / 4)) + (2 * (lane % 4)));
                return (uint)first | (uint)(first + (transposed ? 8 : 1)) << 16;
            }

            Assert.Equal([Expected(0), Expected(1), Expected(2), Expected(3)], new[] { loaded[lane].X, loaded[lane].Y, loaded[lane].Z, loaded[lane].W });
        }
    }

    /// <summary>What is copied is there when it was waited for, and is spoiled before, zeros included.</summary>
    [Fact]
    public void Copies_ArriveAtTheWaitForTheirGroup()
    {
        using var memory = new DeviceMemory();
        var source = memory.Of<Words4>([new() { X = 1 }, new() { X = 2 }]);
        var seen = new List<uint>();
        Launch(() =>
        {
            var shared = SharedMemory.Allocate<Words4>(96);
            int lane = Group.IdxX, first = 3 * lane;
            for (int i = 0; i < 2; i++)
            {
                MatrixCore.CopyAsync(ref shared[first + i], source, i, 16);
                MatrixCore.CommitCopies();
            }

            MatrixCore.CopyAsync(ref shared[first + 2], source, 99, 0);
            void See()
            {
                if (lane == 0) seen.AddRange([shared[0].X, shared[1].X, shared[2].X]);
            }

            See();
            MatrixCore.WaitCopies1();
            See();
            MatrixCore.WaitCopies0();
            See();
            MatrixCore.CommitCopies();
            MatrixCore.WaitCopies0();
            See();
            return default;
        });
        const uint spoiled = 0x7F7F7F7F;
        Assert.Equal([spoiled, spoiled, spoiled, 1, spoiled, spoiled, 1, 2, spoiled, 1, 2, 0], seen);
    }

    /// <summary>Lanes of a warp at different instructions, and a barrier that not all reach, are named.</summary>
    [Fact]
    public void LanesThatPart_AreNamed()
    {
        string parted = Assert.Throws<InvalidOperationException>(() => Launch(async () =>
        {
            if (Group.IdxX < 16) await MatrixCore.Exchange(0, 1);
            else await MatrixCore.MmaBF16(default, default, default);
        })).Message;
        Assert.Contains("different instructions", parted, StringComparison.Ordinal);
        string alone = Assert.Throws<TimeoutException>(() => Launch(async () =>
        {
            if (Group.IdxX < 31) await MatrixCore.Exchange(0, 1);
        })).Message;
        Assert.Contains("31 lanes wait at", alone, StringComparison.Ordinal);
    }

    private static void Launch(Func<ValueTask> kernel) => ThreadGroup.Launch(kernel, 1, 32, 0, Faults.None);

    private static void Write(ArrayView<Words4> shared, int row, int depth, Func<int, int> at)
    {
        var bytes = new byte[32];
        for (int k = 0; k < depth; k++)
        {
            if (depth == 32) bytes[k] = E4M3.Encode(at(k));
            else BitConverter.TryWriteBytes(bytes.AsSpan(2 * k), BF16.Encode(at(k)));
        }

        for (int piece = 0; piece < 2; piece++) shared[(2 * row) + piece] = System.Runtime.InteropServices.MemoryMarshal.Read<Words4>(bytes.AsSpan(16 * piece));
    }
}
