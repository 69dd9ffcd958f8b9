using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Which lane holds which element of the matrices of mma.sync and ldmatrix, by the formulas of the PTX ISA ("Matrix fragments for mma.m16n8k16 with
/// floating point type" and "mma.m16n8k32"): groupID = lane / 4, threadID_in_group = lane % 4, elements a0, a1 ... in the order of their registers.</summary>
public static class Fragments
{
    /// <summary>Row and column of element <paramref name="i"/> of a 16-row operand.</summary>
    /// <param name="lane">Of the warp.</param>
    /// <param name="i">0 to 7 of bfloat16, 0 to 15 of E4M3.</param>
    /// <param name="depth">16 or 32 columns.</param>
    public static (int Row, int Column) A(int lane, int i, int depth)
    {
        int group = lane >> 2, thread = lane & 3;
        return depth == 16
            ? (i is 0 or 1 or 4 or 5 ? group : group + 8, (thread * 2) + (i & 1) + (i < 4 ? 0 : 8))
            : (i is < 4 or >= 8 and < 12 ? group : group + 8, (thread * 4) + (i & 3) + (i < 8 ? 0 : 16));
    }

    /// <summary>Row and column of element <paramref name="i"/> of an 8-column operand.</summary>
    public static (int Row, int Column) B(int lane, int i, int depth)
    {
        int group = lane >> 2, thread = lane & 3;
        return depth == 16 ? ((thread * 2) + (i & 1) + (i < 2 ? 0 : 8), group) : ((thread * 4) + (i & 3) + (i < 4 ? 0 : 16), group);
    }

    /// <summary>Row and column of sum <paramref name="i"/>.</summary>
    public static (int Row, int Column) Sum(int lane, int i) => ((lane >> 2) + (i < 2 ? 0 : 8), ((lane & 3) * 2) + (i & 1));

    /// <summary>sums + a b; exact products, summed in double and rounded once, as no order is promised.</summary>
    internal static void Multiply(Warp warp, int depth)
    {
        // Column-major: the warp's 8 columns of b, and its 16 rows of a.
        Span<double> a = stackalloc double[16 * depth], b = stackalloc double[8 * depth];
        int half = depth / 2;
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            for (int i = 0; i < half; i++)
            {
                var (row, column) = A(lane, i, depth);
                a[(row * depth) + column] = Element(Word(warp.A[lane], i * 4 / half), i, depth);
            }

            for (int i = 0; i < half / 2; i++)
            {
                var (row, column) = B(lane, i, depth);
                b[(column * depth) + row] = Element(i * 4 / half == 0 ? warp.B[lane].X : warp.B[lane].Y, i, depth);
            }
        }

        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            ref var sums = ref warp.Sums[lane];
            sums = new()
            {
                X = (float)(sums.X + Dot(a, b, lane, 0, depth)), Y = (float)(sums.Y + Dot(a, b, lane, 1, depth)),
                Z = (float)(sums.Z + Dot(a, b, lane, 2, depth)), W = (float)(sums.W + Dot(a, b, lane, 3, depth)),
            };
        }
    }

    /// <summary>ldmatrix: lane l gets elements 2 (l % 4) and the next of row l / 4 of each tile; with .trans, of column l / 4 the elements of those rows.</summary>
    internal static unsafe void Load(Warp warp, bool transposed)
    {
        foreach (nint row in warp.Rows)
        {
            if (row % 16 != 0) throw new ArgumentException("A row of a tile at an address that is no multiple of 16.");
        }

        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            uint Pair(int tile)
            {
                int first = lane / 4, second = 2 * (lane % 4);
                ushort Number(int row, int column) => ((ushort*)warp.Rows[(8 * tile) + row])[column];
                return transposed ? Number(second, first) | (uint)Number(second + 1, first) << 16 : Number(first, second) | (uint)Number(first, second + 1) << 16;
            }

            warp.A[lane] = new() { X = Pair(0), Y = Pair(1), Z = Pair(2), W = Pair(3) };
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int lane, int i, int depth)
    {
        var (row, column) = Sum(lane, i);
        double sum = 0;
        for (int k = 0; k < depth; k++) sum += a[(row * depth) + k] * b[(column * depth) + k];
        return sum;
    }

    private static double Element(uint word, int i, int depth) => depth == 16 ? BF16.Decode((ushort)(word >> (16 * (i & 1)))) : E4M3.Decode((byte)(word >> (8 * (i & 3))));

    private static uint Word(Words4 words, int i) => i switch { 0 => words.X, 1 => words.Y, 2 => words.Z, _ => words.W };
}
