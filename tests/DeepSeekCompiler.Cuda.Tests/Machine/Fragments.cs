using System.Runtime.Intrinsics;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Which lane holds which element of the matrices of mma.sync and ldmatrix, by the formulas of the PTX ISA ("Matrix fragments for mma.m16n8k16 with
/// floating point type" and "mma.m16n8k32"): groupID = lane / 4, threadID_in_group = lane % 4, elements a0, a1 ... in the order of their registers.</summary>
public static class Fragments
{
    // The formulas below, looked up: lane by lane, element by element.
    private static readonly (int[] A, int[] B) s_places16 = Places(16), s_places32 = Places(32);
    private static readonly int[] s_sums = [.. Enumerable.Range(0, 4 * Warp.Lanes).Select(i => Sum(i / 4, i % 4)).Select(place => (place.Row * 8) + place.Column)];

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
        // The warp's 16 rows of a and 8 columns of b, each depth numbers.
        Span<double> a = stackalloc double[16 * depth], b = stackalloc double[8 * depth], products = stackalloc double[128];
        var places = depth == 16 ? s_places16 : s_places32;
        int half = depth / 2, numbers = depth / 8;
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            for (int i = 0; i < half; i++) a[places.A[(lane * half) + i]] = Element(Word(warp.A[lane], i / numbers), i, depth);
            for (int i = 0; i < half / 2; i++) b[places.B[(lane * half / 2) + i]] = Element(i < numbers ? warp.B[lane].X : warp.B[lane].Y, i, depth);
        }

        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++) products[(row * 8) + column] = Dot(a.Slice(row * depth, depth), b.Slice(column * depth, depth));
        }

        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            ref var sums = ref warp.Sums[lane];
            int at = lane * 4;
            sums = new()
            {
                X = (float)(sums.X + products[s_sums[at]]), Y = (float)(sums.Y + products[s_sums[at + 1]]),
                Z = (float)(sums.Z + products[s_sums[at + 2]]), W = (float)(sums.W + products[s_sums[at + 3]]),
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

    private static (int[] A, int[] B) Places(int depth)
    {
        int half = depth / 2;
        return (
            [.. Enumerable.Range(0, half * Warp.Lanes).Select(i => A(i / half, i % half, depth)).Select(place => (place.Row * depth) + place.Column)],
            [.. Enumerable.Range(0, half / 2 * Warp.Lanes).Select(i => B(i / (half / 2), i % (half / 2), depth)).Select(place => (place.Column * depth) + place.Row)]);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector256<double>.Zero;
        for (int k = 0; k < a.Length; k += Vector256<double>.Count) sum += Vector256.Create(a[k..]) * Vector256.Create(b[k..]);
        return Vector256.Sum(sum);
    }

    private static double Element(uint word, int i, int depth) => depth == 16 ? BF16.Decode((ushort)(word >> (16 * (i & 1)))) : E4M3.Decode((byte)(word >> (8 * (i & 3))));

    private static uint Word(Words4 words, int i) => i switch { 0 => words.X, 1 => words.Y, 2 => words.Z, _ => words.W };
}
