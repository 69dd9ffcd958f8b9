using System.Numerics;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name: the calling thread's part of the products, read by descriptor from swizzled shared memory.</summary>
public static unsafe class Warpgroup
{
    public static ValueTask<Sums64> MultiplyE4M3(ulong a, ulong b)
    {
        Sums64 sums = default;
        Multiply(new(&sums, 16), a, b, 32, &OfE4M3);
        return Lane.Current.Warp.Together(sums);
    }

    public static ValueTask<Sums64> MultiplyBF16(Sums64 sums, ulong a, ulong b)
    {
        Multiply(new(&sums, 16), a, b, 16, &OfBF16);
        return Lane.Current.Warp.Together(sums);
    }

    public static ValueTask<Sums128> MultiplyWideBF16(Sums128 sums, ulong a, ulong b)
    {
        Multiply(new(&sums, 32), a, b, 16, &OfBF16);
        return Lane.Current.Warp.Together(sums);
    }

    public static int Keep(int value) => value;

    public static void ReleaseRegisters() => Check(0);

    public static void ClaimRegisters() => Check(1);

    /// <summary>The thread's sums: lane g * 4 + q of warp w has rows 16w + g and 16w + g + 8, columns 8i + 2q and 8i + 2q + 1 (PTX ISA, wgmma, fragment of D).</summary>
    private static void Multiply(Span<Sums4> parts, ulong a, ulong b, int numbers, delegate*<ArrayView<byte>, int, float> read)
    {
        var warp = Lane.Current.Warp;
        int thread = Group.IdxX & 127, lane = thread & 31, row = lane >> 2, quad = lane & 3, columns = 4 * numbers;
        bool exchanged = warp.Group.Faults.HasFlag(Faults.Rows);
        float[] left = Operand(warp, a, (thread >> 5) * 16, 16, numbers, read), right = Operand(warp, b, 0, 8 * parts.Length, numbers, read);
        var above = left.AsSpan((row + (exchanged ? 8 : 0)) * columns, columns);
        var below = left.AsSpan((row + (exchanged ? 0 : 8)) * columns, columns);
        for (int j = 0; j < parts.Length; j++)
        {
            var even = right.AsSpan(((8 * j) + (2 * quad)) * columns, columns);
            var odd = right.AsSpan(((8 * j) + (2 * quad) + 1) * columns, columns);
            parts[j].X += Dot(above, even);
            parts[j].Y += Dot(above, odd);
            parts[j].Z += Dot(below, even);
            parts[j].W += Dot(below, odd);
        }
    }

    // Rows of an operand as four instructions read them, whose descriptors advance; once for all lanes of the warp.
    private static float[] Operand(Warp warp, ulong descriptor, int first, int rows, int numbers, delegate*<ArrayView<byte>, int, float> read)
    {
        if (warp.Operands.TryGetValue((descriptor, first), out var operand)) return operand;
        ulong advance = warp.Group.Faults.HasFlag(Faults.Advance) ? 1UL : MatrixDescriptor.Advance;
        operand = new float[rows * 4 * numbers];
        for (int i = 0; i < operand.Length; i++)
        {
            int row = i / (4 * numbers), column = i % (4 * numbers);
            operand[i] = Read(warp.Group, descriptor + ((ulong)(column / numbers) * advance), first + row, column % numbers, numbers, read);
        }

        warp.Operands.Add((descriptor, first), operand);
        return operand;
    }

    // Number i of a row of an operand without transposition: rows of 128 bytes, atoms of eight rows, addresses swizzled as they are read.
    private static float Read(ThreadGroup group, ulong descriptor, int row, int i, int numbers, delegate*<ArrayView<byte>, int, float> read)
    {
        if (descriptor >> 62 != 1 || ((descriptor >> 49) & 7) != 0) throw new ArgumentException($"Descriptor {descriptor:X} is not of a swizzle of 128 bytes from a whole atom.");
        int start = (int)(descriptor & 0x3FFF) << 4, atom = (int)((descriptor >> 32) & 0x3FFF) << 4;
        if (group.Faults.HasFlag(Faults.Stride)) atom *= 2;
        int address = start + (row / 8 * atom) + (row % 8 * 128) + (i * 32 / numbers);
        return read(group.Shared, CopyEngine.Swizzle(address, Faults.None));
    }

    internal static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sums = Vector<float>.Zero;
        for (int i = 0; i < x.Length; i += Vector<float>.Count) sums += new Vector<float>(x[i..]) * new Vector<float>(y[i..]);
        return Vector.Sum(sums);
    }

    private static float OfE4M3(ArrayView<byte> shared, int address) => E4M3.Decode(shared[address]);

    private static float OfBF16(ArrayView<byte> shared, int address) => BF16.Decode((ushort)(shared[address] | shared[address + 1] << 8));

    private static void Check(int role)
    {
        if (Math.Min(1, Group.IdxX / 128) != role) throw new InvalidOperationException("Registers are moved from the copying warpgroup to the others.");
    }
}
