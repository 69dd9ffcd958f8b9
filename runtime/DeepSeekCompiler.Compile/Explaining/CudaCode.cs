using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>A phase of a kernel as PTX.</summary>
/// <param name="Name">Kernel and phase.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="DynamicSharedBytes">Shared memory of a group that its launch asks for.</param>
/// <param name="Text">The text; equal for equal kernels.</param>
public sealed record CudaFunction(string Name, int Threads, int DynamicSharedBytes, string Text)
{
    /// <summary>Of the text, short.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..12];
}

/// <summary>PTX of a model's kernels, made without a device.</summary>
public static class CudaCode
{
    /// <param name="spec">The model.</param>
    /// <param name="build">Which program, for which architecture.</param>
    /// <param name="kernel">Only the phases of this kernel; null for all.</param>
    public static IReadOnlyList<CudaFunction> Of(ModelSpec spec, CudaBuild build, string? kernel = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        var program = ModelLoader.CreateDeviceProgram(spec, build.Variant);
        using var compiler = new PtxCompiler(build.Architecture);
        var functions = new List<CudaFunction>();
        foreach (var function in DeviceKernel.Of(program))
        {
            if (kernel is null || function.Name.StartsWith(kernel + ".", StringComparison.Ordinal))
                functions.Add(new(function.Name, function.Threads == 0 ? program.Threads : function.Threads, function.SharedBytes, compiler.Compile(function.Entry)));
        }

        return functions;
    }

    /// <summary>Does something with every element, as many at a time as there are processors; what fails first is thrown as it is.</summary>
    internal static IReadOnlyList<TResult> Each<T, TResult>(IEnumerable<T> all, Func<T, TResult> work)
    {
        try
        {
            return [.. all.AsParallel().AsOrdered().WithDegreeOfParallelism(Environment.ProcessorCount).Select(work)];
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
    }
}
