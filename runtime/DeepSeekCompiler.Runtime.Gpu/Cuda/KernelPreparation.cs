using System.Collections.Concurrent;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Compiles the kernels of a program into the cache on disk by many threads at once: their first launch only loads them. A launch by itself compiles one
/// after another, and a model has a hundred.</summary>
internal static class KernelPreparation
{
    // Where a program's kernels wait for fewer threads than this, the ones that a step needs are sooner compiled by themselves.
    private const int FewestThreads = 4;

    /// <summary>Prepares kernels while a model is loaded, where the host has the processors for it. What fails is said by the kernel's launch.</summary>
    /// <param name="device">The device.</param>
    /// <param name="program">The model's program.</param>
    /// <param name="stop">Leaves out what was not begun.</param>
    /// <returns>Kernels that ILGPU compiled, when they are all there.</returns>
    public static Task<int> Begin(OpenDevice device, DeviceCode program, CancellationToken stop) =>
        device.Accelerator is CudaAccelerator accelerator && Environment.ProcessorCount >= FewestThreads
            ? Task.Run(() => Run(accelerator, device.Info, DeviceKernel.Of(program), Environment.ProcessorCount, stop).Compiled, CancellationToken.None)
            : Task.FromResult(0);

    /// <summary>Prepares kernels.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="device">Its name, for messages.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="threads">Threads at once.</param>
    /// <param name="stop">Leaves out what was not begun.</param>
    /// <returns>How many ILGPU compiled, and what went wrong; the other kernels are there.</returns>
    public static (int Compiled, IReadOnlyCollection<DeviceException> Failures) Run(CudaAccelerator accelerator, DeviceInfo device, IEnumerable<DeviceKernel> kernels, int threads, CancellationToken stop = default)
    {
        var target = CudaKernels.TargetOf(accelerator.DeviceId);
        var driver = CudaKernels.DriverVersion();
        var waiting = new ConcurrentQueue<DeviceKernel>(kernels.Where(k => KernelCache.Text(k.Entry, target) is not { } text || KernelCache.Image(text, target, driver) is null));
        var failures = new ConcurrentQueue<DeviceException>();
        var compiled = 0;
        void Work()
        {
            accelerator.Bind();
            var compiler = target.CreateCompiler();
            while (!stop.IsCancellationRequested && waiting.TryDequeue(out var kernel))
            {
                try
                {
                    if (Prepare(kernel, compiler, target, driver, CudaKernels.NameOf(kernel, device)))
                    {
                        Interlocked.Increment(ref compiled);
                    }
                }
                catch (DeviceException e)
                {
                    // ILGPU's context is spoiled by a kernel that does not compile.
                    failures.Enqueue(e);
                    compiler.Dispose();
                    compiler = target.CreateCompiler();
                }
            }

            compiler.Dispose();
        }

        Task.WaitAll([.. Enumerable.Range(0, Math.Min(threads, waiting.Count)).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
        return (compiled, failures);
    }

    // Whether ILGPU compiled it.
    private static bool Prepare(DeviceKernel kernel, PtxCompiler compiler, CudaTarget target, int driver, string what)
    {
        var text = KernelCache.Text(kernel.Entry, target);
        var isNew = text is null;
        text ??= CudaKernels.Compile(compiler, kernel, target, what);
        if (CudaModule.IsWhole(text))
        {
            // The driver has it in its own cache from then on.
            CudaModule.Load(text, what).Dispose();
        }
        else if (KernelCache.Image(text, target, driver) is null)
        {
            CudaKernels.Assemble(text, target, driver, what);
        }

        return isNew;
    }
}
