using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Hopper.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name: the calling thread's part of the products, read by descriptor from swizzled shared memory.</summary>
public static unsafe class Warpgroup
{
    public static Sums64 MultiplyE4M3(ulong a, ulong b)
    {
        Sums64 sums = default;
        Multiply(new(&sums, 16), a, b, 32, &OfE4M3);
        return sums;
    }

    public static Sums64 MultiplyBF16(Sums64 sums, ulong a, ulong b)
    {
        Multiply(new(&sums, 16), a, b, 16, &OfBF16);
        return sums;
    }

    public static Sums128 MultiplyWideBF16(Sums128 sums, ulong a, ulong b)
    {
        Multiply(new(&sums, 32), a, b, 16, &OfBF16);
        return sums;
    }

    public static void ReleaseRegisters() => Check(0);

    public static void ClaimRegisters() => Check(1);

    /// <summary>The thread's sums: lane g * 4 + q of warp w has rows 16w + g and 16w + g + 8, columns 8i + 2q and 8i + 2q + 1 (PTX ISA, wgmma, fragment of D).</summary>
    private static void Multiply(Span<Sums4> parts, ulong a, ulong b, int numbers, delegate*<ArrayView<byte>, int, float> read)
    {
        var group = ThreadGroup.Current;
        int thread = Group.IdxX & 127, lane = thread & 31, row = ((thread >> 5) * 16) + (lane >> 2), quad = lane & 3;
        bool exchanged = group.Faults.HasFlag(Faults.Rows);
        ulong advance = group.Faults.HasFlag(Faults.Advance) ? 1UL : MatrixDescriptor.Advance;
        float* x = stackalloc float[2 * 32];
        for (ulong k = 0; k < 4; k++)
        {
            ulong left = a + (k * advance), right = b + (k * advance);
            for (int i = 0; i < numbers; i++)
            {
                x[i] = Read(group, left, row + (exchanged ? 8 : 0), i, numbers, read);
                x[32 + i] = Read(group, left, row + (exchanged ? 0 : 8), i, numbers, read);
            }

            for (int j = 0; j < parts.Length; j++)
            {
                for (int i = 0; i < numbers; i++)
                {
                    float y = Read(group, right, (8 * j) + (2 * quad), i, numbers, read), z = Read(group, right, (8 * j) + (2 * quad) + 1, i, numbers, read);
                    parts[j].X += x[i] * y;
                    parts[j].Y += x[i] * z;
                    parts[j].Z += x[32 + i] * y;
                    parts[j].W += x[32 + i] * z;
                }
            }
        }

        // The warp goes on together: none says that a stage is free while another still reads it.
        group.WaitForWarp();
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

    private static float OfE4M3(ArrayView<byte> shared, int address) => E4M3.Decode(shared[address]);

    private static float OfBF16(ArrayView<byte> shared, int address) => BF16.Decode((ushort)(shared[address] | shared[address + 1] << 8));

    private static void Check(int role)
    {
        if (Math.Min(1, Group.IdxX / 128) != role) throw new InvalidOperationException("Registers are moved from the copying warpgroup to the others.");
    }
}
