using System.Diagnostics;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>Alone while they run: they look at the processor time of the whole process and want its cores.</summary>
[Collection(AloneCollection.Name)]
public unsafe class HostRunContentionTests
{
    private const int Dispatches = 500;

    [Fact]
    public void BusyThreadsOnEveryCore_DoNotStallThePool()
    {
        var stop = false;
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Thread.SpinWait(100);
            }
        }) { IsBackground = true }).ToArray();
        Array.ForEach(busy, thread => thread.Start());
        try
        {
            using var run = new HostRun(Environment.ProcessorCount);
            var watch = Stopwatch.StartNew();
            var counts = new int[64];
            fixed (int* p = counts)
            {
                for (var i = 0; i < Dispatches; i++)
                {
                    run.Dispatch(&Count, p, 64);
                }
            }

            Assert.All(counts, count => Assert.Equal(Dispatches, count));

            // Were every dispatch to wait for a worker that has no core, it would cost a time slice of some milliseconds each.
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{Dispatches} dispatches took {watch.Elapsed}");
        }
        finally
        {
            Volatile.Write(ref stop, true);
            Array.ForEach(busy, thread => thread.Join());
        }
    }

    [Fact]
    public void IdlePool_UsesNoProcessor()
    {
        using var run = new HostRun(4);
        var counts = new int[100];
        fixed (int* p = counts)
        {
            run.Dispatch(&Count, p, 100);
        }

        // The least of several looks: the test host has threads of its own.
        var least = TimeSpan.MaxValue;
        for (var look = 0; look < 4; look++)
        {
            Thread.Sleep(50);
            var before = Time();
            Thread.Sleep(200);
            var spent = Time() - before;
            least = spent < least ? spent : least;
        }

        Assert.True(least < TimeSpan.FromMilliseconds(60), $"an idle pool used {least} of processor time in 200 ms");
    }

    private static TimeSpan Time()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static void Count(void* arguments, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            ((int*)arguments)[i]++;
        }
    }
}
