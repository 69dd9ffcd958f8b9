using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name: a warp's part of the products, operands read by descriptor from swizzled shared memory or taken from the
/// registers of its lanes (PTX ISA, wgmma, fragments of A and D).</summary>
public static class WarpgroupAttention
{
    private const int KeyDim = 192;
    private const int Keys = 128;
    private const int ValueDim = 128;

    public static async ValueTask<Sums64> Scores(ulong queries, ulong keys, int next) => (await Together(new(default, default, 0, queries, keys), next)).Scores;

    public static ValueTask<AttentionSums> Attend(Sums64 mix, Words32 weights, ulong values, ulong queries, ulong keys, int next) => Together(new(mix, weights, values, queries, keys), next);

    public static async ValueTask<Sums64> Mix(Sums64 mix, Words32 weights, ulong values, int next) => (await Together(new(mix, weights, values, 0, 0), next)).Mix;

    public static void Store(int address, Words4 piece)
    {
        if (address % 16 != 0) throw new ArgumentException($"A piece at {address}, which is no multiple of 16.");
        Lane.Current.Group.Shared.SubView(address, 16).Cast<Words4>()[0] = piece;
        Lane.Current.Unpublished = true;
    }

    public static void Publish() => Lane.Current.Unpublished = false;

    private sealed record Operands(Sums64 Mix, Words32 Weights, ulong Values, ulong Queries, ulong Keys);

    // The turn passes on as soon as the products are queued; they are there when all lanes of the warp have asked for them.
    private static async ValueTask<AttentionSums> Together(Operands operands, int next)
    {
        if (Lane.Current.Unpublished) throw new InvalidOperationException("A thread multiplies before it has shown what it stored.");
        var (warp, lane) = (Lane.Current.Warp, Lane.Current.Number % Warp.Lanes);
        TransferBarrier.Arrive(next);
        warp.Parts[lane] = operands;
        warp.Arrive(s_multiply);
        await default(Parked);
        return (AttentionSums)warp.Parts[lane]!;
    }

    private static readonly Action<Warp> s_multiply = Multiply;

    private static void Multiply(Warp warp)
    {
        var given = Array.ConvertAll(warp.Parts, part => (Operands)part!);
        var first = given[0];
        if (Array.Exists(given, g => (g.Values, g.Queries, g.Keys) != (first.Values, first.Queries, first.Keys))) throw new InvalidOperationException("The lanes of a warp have different descriptors.");
        int rows = warp.Members[0].Number % 128 / Warp.Lanes * 16;
        var sums = Array.ConvertAll(given, g => new AttentionSums { Mix = g.Mix });
        if (first.Queries != 0)
        {
            // Boxes of 64 numbers, four instructions each: 64 rows of queries, 128 of keys.
            float[] q = Rows(warp.Group, first.Queries, rows, 16, 64), k = Rows(warp.Group, first.Keys, 0, Keys, Keys);
            Add(sums, warp.Group, (row, column) => Dot(q, row * KeyDim, k, column * KeyDim, KeyDim), true);
        }

        if (first.Values != 0)
        {
            float[] p = new float[16 * Keys], v = Columns(warp.Group, first.Values);
            for (int lane = 0; lane < Warp.Lanes; lane++)
            {
                var weights = given[lane].Weights;
                var words = MemoryMarshal.CreateSpan(ref Unsafe.As<Words32, uint>(ref weights), 32);
                for (int i = 0; i < 64; i++)
                {
                    var (row, column) = Fragments.A(lane, i % 8, 16);
                    p[(row * Keys) + (i / 8 * 16) + column] = BF16.Decode((ushort)(words[i / 2] >> (16 * (i & 1))));
                }
            }

            Add(sums, warp.Group, (row, column) => Dot(p, row * Keys, v, column * Keys, Keys), false);
        }

        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            warp.Parts[lane] = sums[lane];
            warp.Members[lane].State = Waiting.Nothing;
        }
    }

    private static void Add(AttentionSums[] sums, ThreadGroup group, Func<int, int, float> product, bool scores)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            var parts = MemoryMarshal.CreateSpan(ref Unsafe.As<Sums64, Sums4>(ref scores ? ref sums[lane].Scores : ref sums[lane].Mix), 16);
            int row = (lane >> 2) + (group.Faults.HasFlag(Faults.Rows) ? 8 : 0), below = row ^ 8;
            for (int j = 0; j < parts.Length; j++)
            {
                int column = (8 * j) + ((lane & 3) * 2);
                parts[j].X += product(row, column);
                parts[j].Y += product(row, column + 1);
                parts[j].Z += product(below, column);
                parts[j].W += product(below, column + 1);
            }
        }
    }

    // Rows of an operand along whose rows the reduced numbers lie.
    private static float[] Rows(ThreadGroup group, ulong descriptor, int first, int count, int boxRows)
    {
        var (start, _, atom) = Fields(group, descriptor);
        var rows = new float[count * KeyDim];
        int advance = group.Faults.HasFlag(Faults.Advance) ? 16 : 32;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = first + (i / KeyDim), number = i % KeyDim, inside = number % 64;
            rows[i] = Number(group, start + (number / 64 * boxRows * 128) + (inside / 16 * advance) + (inside % 16 * 2) + (row / 8 * atom) + (row % 8 * 128));
        }

        return rows;
    }

    // Columns of an operand whose reduced numbers are the rows of its boxes, sixteen an instruction.
    private static float[] Columns(ThreadGroup group, ulong descriptor)
    {
        var (start, box, atom) = Fields(group, descriptor);
        var columns = new float[ValueDim * Keys];
        for (int i = 0; i < columns.Length; i++)
        {
            int column = i / Keys, key = i % Keys, inside = key % 16;
            columns[i] = Number(group, start + (key / 16 * 2048) + (inside / 8 * atom) + (inside % 8 * 128) + (column / 64 * box) + (column % 64 * 2));
        }

        return columns;
    }

    private static (int Start, int Leading, int Atom) Fields(ThreadGroup group, ulong descriptor)
    {
        if (descriptor >> 62 != 1 || ((descriptor >> 49) & 7) != 0) throw new ArgumentException($"Descriptor {descriptor:X} is not of a swizzle of 128 bytes from a whole atom.");
        int atom = (int)((descriptor >> 32) & 0x3FFF) << 4;
        return ((int)(descriptor & 0x3FFF) << 4, (int)((descriptor >> 16) & 0x3FFF) << 4, group.Faults.HasFlag(Faults.Stride) ? 2 * atom : atom);
    }

    private static float Number(ThreadGroup group, int address)
    {
        int at = CopyEngine.Swizzle(address, Faults.None);
        return BF16.Decode((ushort)(group.Shared[at] | group.Shared[at + 1] << 8));
    }

    private static float Dot(float[] x, int xAt, float[] y, int yAt, int count) => Warpgroup.Dot(x.AsSpan(xAt, count), y.AsSpan(yAt, count));
}
