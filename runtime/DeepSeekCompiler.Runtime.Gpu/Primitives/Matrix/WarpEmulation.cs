using ILGPU;

namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>What the lanes of a warp do together, by way of shared memory. Groups are whole warps, at most sixteen of them, and all threads call together.
/// The memory is the launch's dynamic one, which all uses share: every use would have an allocation of its own otherwise.</summary>
internal static class WarpEmulation
{
    // Sixteen warps, the largest group of the generated kernels.
    private const int Threads = 512;

    /// <summary>Dynamic shared memory that a launch must bring: two operands of every thread.</summary>
    public const int SharedBytes = 24 * Threads;

    public static Words4 Load(Words4 row)
    {
        var rows = SharedMemory.GetDynamic<byte>().Cast<Words4>();
        int thread = Group.IdxX, warp = thread & ~31, at = (thread & 31) >> 2, word = thread & 3;
        Group.Barrier();
        rows[thread] = row;
        Group.Barrier();
        return new()
        {
            X = Word(rows[warp + at], word),
            Y = Word(rows[warp + 8 + at], word),
            Z = Word(rows[warp + 16 + at], word),
            W = Word(rows[warp + 24 + at], word),
        };
    }

    public static Words4 LoadTransposed(Words4 row)
    {
        var rows = SharedMemory.GetDynamic<byte>().Cast<Words4>();
        int thread = Group.IdxX, warp = thread & ~31, column = (thread & 31) >> 2, pair = (thread & 3) * 2;
        Group.Barrier();
        rows[thread] = row;
        Group.Barrier();
        return new()
        {
            X = Pair(rows[warp + pair], rows[warp + pair + 1], column),
            Y = Pair(rows[warp + 8 + pair], rows[warp + 8 + pair + 1], column),
            Z = Pair(rows[warp + 16 + pair], rows[warp + 16 + pair + 1], column),
            W = Pair(rows[warp + 24 + pair], rows[warp + 24 + pair + 1], column),
        };
    }

    // A: row r, number k is in lane (r % 8) * 4 + k % 8 / 2, word r / 8 + 2 * (k / 8), half k % 2. B: number k of column n is in lane n * 4 + k % 8 / 2, word k / 8.
    public static Sums4 MmaBF16(Sums4 sums, Words4 a, Words2 b)
    {
        Share(a, b);
        var left = Left();
        var right = Right();
        int row = Group.IdxX & ~3, column = (Group.IdxX & ~31) + (Group.IdxX & 3) * 8;
        for (int quad = 0; quad < 4; quad++)
        {
            var x = left[row + quad];
            var y = right[column + quad];
            var z = right[column + 4 + quad];
            sums = Add2(sums, x.X, x.Y, y.X, z.X);
            sums = Add2(sums, x.Z, x.W, y.Y, z.Y);
        }

        return sums;
    }

    // As above with four codes a word.
    public static Sums4 MmaE4M3(Sums4 sums, Words4 a, Words2 b)
    {
        Share(a, b);
        var left = Left();
        var right = Right();
        int row = Group.IdxX & ~3, column = (Group.IdxX & ~31) + (Group.IdxX & 3) * 8;
        for (int quad = 0; quad < 4; quad++)
        {
            var x = left[row + quad];
            var y = right[column + quad];
            var z = right[column + 4 + quad];
            for (int shift = 0; shift < 32; shift += 8)
            {
                sums = Add(sums, Code(x.X >> shift), Code(x.Y >> shift), Code(y.X >> shift), Code(z.X >> shift));
                sums = Add(sums, Code(x.Z >> shift), Code(x.W >> shift), Code(y.Y >> shift), Code(z.Y >> shift));
            }
        }

        return sums;
    }

    public static float Exchange(float value, int mask)
    {
        var values = SharedMemory.GetDynamic<byte>().Cast<float>();
        int thread = Group.IdxX;
        Group.Barrier();
        values[thread] = value;
        Group.Barrier();
        return values[thread ^ mask];
    }

    // All operands of the group, by thread.
    private static void Share(Words4 a, Words2 b)
    {
        var left = Left();
        var right = Right();
        Group.Barrier();
        left[Group.IdxX] = a;
        right[Group.IdxX] = b;
        Group.Barrier();
    }

    private static ArrayView<Words4> Left() => SharedMemory.GetDynamic<byte>().Cast<Words4>();

    private static ArrayView<Words2> Right() => SharedMemory.GetDynamic<byte>().Cast<Words2>().SubView(2 * Threads);

    private static Sums4 Add2(Sums4 sums, uint row, uint below, uint left, uint right)
    {
        sums = Add(sums, MatrixCore.LowBF16(row), MatrixCore.LowBF16(below), MatrixCore.LowBF16(left), MatrixCore.LowBF16(right));
        return Add(sums, MatrixCore.HighBF16(row), MatrixCore.HighBF16(below), MatrixCore.HighBF16(left), MatrixCore.HighBF16(right));
    }

    private static Sums4 Add(Sums4 sums, float row, float below, float left, float right) => new()
    {
        X = sums.X + row * left,
        Y = sums.Y + row * right,
        Z = sums.Z + below * left,
        W = sums.W + below * right,
    };

    private static float Code(uint word) => DeviceMath.E4M3((byte)(word & 0xFF)) * 1.329227995784916e36f;

    private static uint Word(Words4 words, int i) => i == 0 ? words.X : i == 1 ? words.Y : i == 2 ? words.Z : words.W;

    private static uint Half(Words4 words, int i) => Word(words, i >> 1) >> (16 * (i & 1)) & 0xFFFFu;

    private static uint Pair(Words4 first, Words4 second, int i) => Half(first, i) | Half(second, i) << 16;
}
