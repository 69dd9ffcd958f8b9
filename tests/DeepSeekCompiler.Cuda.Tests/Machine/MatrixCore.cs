using System.Runtime.CompilerServices;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using Arithmetic = DeepSeekCompiler.Runtime.Gpu.Primitives.MatrixCore;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name: instructions of a warp, and copies that are not there until they are waited for.</summary>
public static unsafe class MatrixCore
{
    /// <summary>The source comes as a view and an index: nothing is read, whatever the address, where no bytes are to be.</summary>
    public static void CopyAsync(ref Words4 shared, ArrayView<Words4> global, long index, int bytes) =>
        Lane.Current.Copies.Begin((nint)Unsafe.AsPointer(ref shared), bytes == 0 ? 0 : (nint)Unsafe.AsPointer(ref global[index]), bytes);

    public static void CommitCopies() => Lane.Current.Copies.Commit();

    public static void WaitCopies0() => Lane.Current.Copies.Wait(0);

    public static void WaitCopies1() => Lane.Current.Copies.Wait(1);

    public static void WaitCopies2() => Lane.Current.Copies.Wait(2);

    public static Parked<Words4> LoadMatrix(ref Words4 row) => Load(ref row, s_load);

    public static Parked<Words4> LoadMatrixTransposed(ref Words4 row) => Load(ref row, s_loadTransposed);

    public static Parked<Words4> LoadMatrix(ref Words4 row, int pieces) => Load(ref Behind(ref row, pieces), s_load);

    public static Parked<Words4> LoadMatrixTransposed(ref Words4 row, int pieces) => Load(ref Behind(ref row, pieces), s_loadTransposed);

    public static Parked<Sums4> MmaBF16(Sums4 sums, Words4 a, Words2 b) => Multiply(sums, a, b, s_multiplyBF16);

    public static Parked<Sums4> MmaE4M3(Sums4 sums, Words4 a, Words2 b) => Multiply(sums, a, b, s_multiplyE4M3);

    public static Parked<float> Exchange(float value, int mask)
    {
        var (warp, lane) = Here();
        (warp.Values[lane], warp.Masks[lane]) = (value, mask);
        warp.Arrive(s_exchange);
        return new(warp.Values);
    }

    public static Words2 BF16OfE4M3(uint codes) => Arithmetic.BF16OfE4M3(codes);

    public static uint PackBF16(float low, float high) => Arithmetic.PackBF16(low, high);

    public static uint PackE4M3(float first, float second, float third, float fourth) => Arithmetic.PackE4M3(first, second, third, fourth);

    public static float LowBF16(uint pair) => Arithmetic.LowBF16(pair);

    public static float HighBF16(uint pair) => Arithmetic.HighBF16(pair);

    private static readonly Action<Warp> s_load = LoadTiles;
    private static readonly Action<Warp> s_loadTransposed = LoadTilesTransposed;
    private static readonly Action<Warp> s_multiplyBF16 = MultiplyBF16;
    private static readonly Action<Warp> s_multiplyE4M3 = MultiplyE4M3;
    private static readonly Action<Warp> s_exchange = ExchangeAcross;

    private static (Warp Warp, int Lane) Here() => (Lane.Current.Warp, Lane.Current.Number % Warp.Lanes);

    // A view checks its own index; what is added to it is checked here.
    private static ref Words4 Behind(ref Words4 row, int pieces)
    {
        var shared = Lane.Current.Group.Shared;
        long at = (byte*)Unsafe.AsPointer(ref row) - shared.Start + (16L * pieces);
        if (at < 0 || at + 16 > shared.Length) throw new IndexOutOfRangeException($"byte {at} of {shared.Length} of shared memory");
        return ref Unsafe.Add(ref row, pieces);
    }

    private static Parked<Words4> Load(ref Words4 row, Action<Warp> instruction)
    {
        var (warp, lane) = Here();
        warp.Rows[lane] = (nint)Unsafe.AsPointer(ref row);
        warp.Arrive(instruction);
        return new(warp.A);
    }

    private static Parked<Sums4> Multiply(Sums4 sums, Words4 a, Words2 b, Action<Warp> instruction)
    {
        var (warp, lane) = Here();
        (warp.Sums[lane], warp.A[lane], warp.B[lane]) = (sums, a, b);
        warp.Arrive(instruction);
        return new(warp.Sums);
    }

    private static void LoadTiles(Warp warp) => Fragments.Load(warp, false);

    private static void LoadTilesTransposed(Warp warp) => Fragments.Load(warp, true);

    private static void MultiplyBF16(Warp warp) => Fragments.Multiply(warp, 16);

    private static void MultiplyE4M3(Warp warp) => Fragments.Multiply(warp, 32);

    private static void ExchangeAcross(Warp warp)
    {
        float[] before = [.. warp.Values];
        for (int lane = 0; lane < Warp.Lanes; lane++) warp.Values[lane] = before[lane ^ warp.Masks[lane]];
    }
}
