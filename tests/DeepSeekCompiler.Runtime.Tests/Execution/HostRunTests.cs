using System.Runtime.CompilerServices;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public unsafe class HostRunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void EveryItem_IsRunExactlyOnce(int threads)
    {
        using var run = new HostRun(threads);
        Assert.Equal(threads, run.Threads);
        foreach (var items in (int[])[-5, 0, 1, 2, 3, 7, 8, 55, 56, 57, 1000, 70_001])
        {
            var counts = new int[Math.Max(items, 1)];
            fixed (int* p = counts)
            {
                run.Dispatch(&Count, p, items);
            }

            Assert.All(counts[..Math.Max(items, 0)], count => Assert.Equal(1, count));
        }
    }

    // A page is no work to share; two threads have a part each before there are parts of four pages; items that keep threads busy are not split; sixteen at most.
    [Theory]
    [InlineData(2, 1, 16, 1)]
    [InlineData(2, 1, 128, 2)]
    [InlineData(2, 1, 512, 2)]
    [InlineData(2, 1, 4096, 8)]
    [InlineData(2, 4, 4096, 2)]
    [InlineData(2, 16, 4096, 1)]
    [InlineData(64, 1, 512, 8)]
    [InlineData(64, 1, 4096, 16)]
    public void Splits_KeepThreadsBusyWithPartsOfFourPages(int threads, int items, int context, int parts) => Assert.Equal(parts, HostRun.Splits(threads, items, context));

    [Fact]
    public void ManyTinyDispatches_AreEachComplete()
    {
        using var run = new HostRun(Environment.ProcessorCount);
        var counts = new int[64];
        fixed (int* p = counts)
        {
            for (var i = 0; i < 20_000; i++)
            {
                run.Dispatch(&Count, p, 2 + i % 63);
            }
        }

        Assert.Equal(20_000, counts[0]);
        Assert.Equal(Enumerable.Range(0, 20_000).Count(i => 2 + i % 63 > 40), counts[40]);
    }

    [Fact]
    public void DispatchInsideABody_RunsInline()
    {
        using var run = new HostRun(3);
        _nested = run;
        var counts = new int[100];
        fixed (int* p = counts)
        {
            run.Dispatch(&Nest, p, 100);
        }

        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void SeveralCallers_TakeTurns()
    {
        using var run = new HostRun(2);
        Parallel.For(0, 4, _ =>
        {
            var counts = new int[50];
            for (var i = 0; i < 200; i++)
            {
                fixed (int* p = counts)
                {
                    run.Dispatch(&Count, p, 50);
                }
            }

            Assert.All(counts, count => Assert.Equal(200, count));
        });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 10)]
    [InlineData(2, 2)]
    [InlineData(4, 1000)]
    public void ExceptionOfABody_ComesBack_AndThePoolGoesOn(int threads, int items)
    {
        using var run = new HostRun(threads);
        for (var i = 0; i < 20; i++)
        {
            var error = Assert.Throws<FormatException>(() => run.Dispatch(&Fail, null, items));
            Assert.StartsWith("failed at ", error.Message, StringComparison.Ordinal);
            var counts = new int[items];
            fixed (int* p = counts)
            {
                run.Dispatch(&Count, p, items);
            }

            Assert.Equal(items, counts.Sum());
        }
    }

    [Fact]
    public void Bodies_HaveDeepStacks_WhateverTheCallerHas()
    {
        using var run = new HostRun(2);
        var done = 0;
        var caller = new Thread(
            () =>
            {
                var counts = new int[100];
                fixed (int* p = counts)
                {
                    run.Dispatch(&UseStack, p, 100);
                }

                done = counts.Sum();
            },
            256 << 10);
        caller.Start();
        caller.Join();
        Assert.Equal(100, done);
    }

    [Fact]
    public void Reserve_GrowsAndStaysAligned()
    {
        using var run = new HostRun(1);
        var first = run.Reserve(100);
        Assert.Equal(0, (nint)first % 64);
        Assert.True(first == run.Reserve(50));
        var grown = run.Reserve(1 << 20);
        Assert.Equal(0, (nint)grown % 64);
        new Span<byte>(grown, 1 << 20).Fill(1);
        Assert.True(grown == run.Reserve(1 << 20));
    }

    [Fact]
    public void NoThreads_AreRefused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new HostRun(0));
        Assert.StartsWith("A host run needs at least 1 thread.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DisposedRun_RefusesWork()
    {
        var run = new HostRun(2);
        run.Dispose();
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Dispatch(&Count, null, 1));
        Assert.Throws<ObjectDisposedException>(() => run.Reserve(1));
    }

    [Fact]
    public void ForgottenRuns_EndTheirThreads()
    {
        var threads = Forget();
        for (var i = 0; i < 100 && threads.Any(thread => thread.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(20);
        }

        Assert.All(threads, thread => Assert.False(thread.IsAlive));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Thread[] Forget()
    {
        var seen = new Thread[1];
        var run = new HostRun(1);
        _seen = seen;
        run.Dispatch(&Note, null, 1);
        return seen;
    }

    private static HostRun? _nested;
    private static Thread[] _seen = [];

    private static void Note(void* arguments, int begin, int end) => _seen[0] = Thread.CurrentThread;

    private static void Count(void* arguments, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            ((int*)arguments)[i]++;
        }
    }

    private static void Nest(void* arguments, int begin, int end) => _nested!.Dispatch(&Count, (int*)arguments + begin, end - begin);

    private static void Fail(void* arguments, int begin, int end) => throw new FormatException($"failed at {begin}");

    private static void UseStack(void* arguments, int begin, int end)
    {
        var scratch = stackalloc byte[4 << 20];
        scratch[0] = 1;
        scratch[(4 << 20) - 1] = 1;
        for (var i = begin; i < end; i++)
        {
            ((int*)arguments)[i] = scratch[0];
        }
    }
}
