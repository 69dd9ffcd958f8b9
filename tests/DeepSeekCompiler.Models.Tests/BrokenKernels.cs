using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Kernels that do not compile: one that the driver refuses, one that ILGPU refuses; and a right one.</summary>
public static class BrokenKernels
{
    internal static DeviceKernel<Arguments> RefusedByDriver { get; } = new("Broken.Driver", CallMissing, 0);

    internal static DeviceKernel<Arguments> RefusedByIlgpu { get; } = new("Broken.Ilgpu", Throw, 0);

    internal static DeviceKernel<Arguments> Right { get; } = new("Broken.Not", Double, 0);

    public struct Arguments
    {
        public ArrayView<float> Values;
    }

    public static void CallMissing(Arguments given) => given.Values[Grid.IdxX] = Missing(given.Values[Grid.IdxX]);

    public static void Throw(Arguments given)
    {
        if (given.Values[Grid.IdxX] > 0) throw new InvalidOperationException();
    }

    public static void Double(Arguments given) => given.Values[Grid.IdxX] = 2 * given.Values[Grid.IdxX];

    [IntrinsicImplementation]
    [OpenCl("undeclared_name + $0")]
    public static float Missing(float x) => x;
}
