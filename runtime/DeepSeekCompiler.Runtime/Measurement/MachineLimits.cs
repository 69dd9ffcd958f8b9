using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>What this machine can do, measured: how fast its threads read memory together, and how many fused multiply-adds they finish.</summary>
/// <param name="ReadGBs">10^9 bytes a second, streaming reads of memory that no cache holds.</param>
/// <param name="CacheGBs">The same of 256 KiB a thread, again and again: of the second cache, where models of a few MB live.</param>
/// <param name="FmaGflops">10^9 floating-point operations a second, two to a multiply-add, float32, widest vectors.</param>
public sealed record MachineLimits(double ReadGBs, double CacheGBs, double FmaGflops)
{
    private const long ReadBytes = 256L << 20;
    private const long CacheBytes = 256L << 10;
    private const int CacheTrips = 400;
    private const int PeakTrips = 2_000_000;
    private const int Sums = 12;

    /// <summary>The least seconds that so much work can take from memory, and whether memory or arithmetic says so (Williams, Waterman, Patterson, 2009).</summary>
    public (double Seconds, string Bound) Least(double flops, double bytes)
    {
        double arithmetic = flops / (FmaGflops * 1e9), memory = bytes / (ReadGBs * 1e9);
        return (Math.Max(arithmetic, memory), arithmetic > memory ? "arithmetic" : "memory");
    }

    /// <summary>The better of two measurements: a roof is what the machine can do, and neighbours only ever take from it.</summary>
    public static MachineLimits Best(MachineLimits a, MachineLimits b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new(Math.Max(a.ReadGBs, b.ReadGBs), Math.Max(a.CacheGBs, b.CacheGBs), Math.Max(a.FmaGflops, b.FmaGflops));
    }

    /// <summary>The best of several runs on the threads of <paramref name="run"/>, one right behind the other.</summary>
    public static unsafe MachineLimits Measure(HostRun run, int repetitions = 9)
    {
        ArgumentNullException.ThrowIfNull(run);
        byte* memory = LargePages.Allocate(ReadBytes);
        float* sink = (float*)NativeMemory.AlignedAlloc((nuint)((run.Threads + 1) * 64), 64);
        try
        {
            new Span<byte>(memory, (int)ReadBytes).Fill(1);
            var work = (Work*)(sink + (16 * run.Threads));
            *work = new Work { Memory = memory, Sink = sink, Share = ReadBytes / run.Threads / 256 * 256, Trips = 1 };
            long bytes = work->Share * run.Threads;
            double read = Least(run, repetitions, &Read, work);
            (work->Share, work->Trips) = (CacheBytes, CacheTrips);
            double cached = Least(run, repetitions, &Read, work);
            double fma = Least(run, repetitions, Vector512.IsHardwareAccelerated ? &Multiply512 : &Multiply, work);
            return new(bytes / read / 1e9, (double)CacheBytes * CacheTrips * run.Threads / cached / 1e9, 2.0 * run.Threads * Sums * PeakTrips * (Vector512.IsHardwareAccelerated ? 16 : Vector<float>.Count) / fma / 1e9);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
            NativeMemory.AlignedFree(sink);
        }
    }

    private static unsafe double Least(HostRun run, int repetitions, delegate*<void*, int, int, void> body, Work* work)
    {
        double least = double.MaxValue;
        run.Loop(() =>
        {
            for (int i = 0; i <= repetitions; i++)
            {
                long start = Stopwatch.GetTimestamp();
                run.Dispatch(body, work, run.Threads);
                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        });
        return least;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Read(void* arguments, int begin, int end)
    {
        var work = (Work*)arguments;
        for (int item = begin; item < end; item++)
        {
            long share = work->Share;
            byte* from = work->Memory + (item * share);
            Vector256<long> a = default, b = default, c = default, d = default;
            for (int trip = 0; trip < work->Trips; trip++)
            {
                for (long i = 0; i < share; i += 128)
                {
                    a += Vector256.Load((long*)(from + i));
                    b += Vector256.Load((long*)(from + i + 32));
                    c += Vector256.Load((long*)(from + i + 64));
                    d += Vector256.Load((long*)(from + i + 96));
                }
            }

            work->Sink[item * 16] = Vector256.Sum(a + b + c + d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Multiply(void* arguments, int begin, int end)
    {
        var work = (Work*)arguments;
        for (int item = begin; item < end; item++)
        {
            Vector<float> x = new(0.999f), y = new(1e-3f);
            Vector<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
            for (int i = 0; i < PeakTrips; i++)
            {
                s0 = Vector.MultiplyAddEstimate(s0, x, y);
                s1 = Vector.MultiplyAddEstimate(s1, x, y);
                s2 = Vector.MultiplyAddEstimate(s2, x, y);
                s3 = Vector.MultiplyAddEstimate(s3, x, y);
                s4 = Vector.MultiplyAddEstimate(s4, x, y);
                s5 = Vector.MultiplyAddEstimate(s5, x, y);
                s6 = Vector.MultiplyAddEstimate(s6, x, y);
                s7 = Vector.MultiplyAddEstimate(s7, x, y);
                s8 = Vector.MultiplyAddEstimate(s8, x, y);
                s9 = Vector.MultiplyAddEstimate(s9, x, y);
                s10 = Vector.MultiplyAddEstimate(s10, x, y);
                s11 = Vector.MultiplyAddEstimate(s11, x, y);
            }

            work->Sink[item * 16] = Vector.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        }
    }

    // Vector<T> stops at 256 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Multiply512(void* arguments, int begin, int end)
    {
        var work = (Work*)arguments;
        for (int item = begin; item < end; item++)
        {
            Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
            Vector512<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
            for (int i = 0; i < PeakTrips; i++)
            {
                s0 = Vector512.MultiplyAddEstimate(s0, x, y);
                s1 = Vector512.MultiplyAddEstimate(s1, x, y);
                s2 = Vector512.MultiplyAddEstimate(s2, x, y);
                s3 = Vector512.MultiplyAddEstimate(s3, x, y);
                s4 = Vector512.MultiplyAddEstimate(s4, x, y);
                s5 = Vector512.MultiplyAddEstimate(s5, x, y);
                s6 = Vector512.MultiplyAddEstimate(s6, x, y);
                s7 = Vector512.MultiplyAddEstimate(s7, x, y);
                s8 = Vector512.MultiplyAddEstimate(s8, x, y);
                s9 = Vector512.MultiplyAddEstimate(s9, x, y);
                s10 = Vector512.MultiplyAddEstimate(s10, x, y);
                s11 = Vector512.MultiplyAddEstimate(s11, x, y);
            }

            work->Sink[item * 16] = Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        }
    }

    private unsafe struct Work
    {
        public byte* Memory;
        public float* Sink;
        public long Share;
        public int Trips;
    }
}
