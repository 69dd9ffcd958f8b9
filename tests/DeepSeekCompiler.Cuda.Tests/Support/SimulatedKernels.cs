using System.Reflection;
using DeepSeekCompiler.Cuda.Tests.Machine;

namespace DeepSeekCompiler.Cuda.Tests.Support;

/// <summary>Generated kernels, their very text compiled against the simulated machine, launch code included.</summary>
internal sealed class SimulatedKernels
{
    private const string Machine = "DeepSeekCompiler.Cuda.Tests.Machine";

    private readonly IReadOnlyDictionary<string, Type> _types;

    /// <param name="kernels">Of which model and device.</param>
    /// <param name="only">The kernels.</param>
    public SimulatedKernels(GeneratedKernels kernels, params string[] only)
        : this(kernels, text => text, only)
    {
    }

    /// <param name="kernels">Of which model and device.</param>
    /// <param name="mutate">Changes the text of a kernel.</param>
    /// <param name="only">The kernels.</param>
    public SimulatedKernels(GeneratedKernels kernels, Func<string, string> mutate, params string[] only) =>
        _types = kernels.Compile(kernels.Files("", only).Values.Select(text => Cooperation.Of(Retarget(mutate(text)))));

    /// <summary>Calls a kernel with its arguments in the order of its parameters.</summary>
    public void Run(string kernel, DeviceRun run, params object[] arguments)
    {
        var method = _types[kernel].GetMethod("Run")!;
        Assert.Equal(method.GetParameters().Length, arguments.Length + 1);
        try
        {
            method.Invoke(null, [run, .. arguments]);
        }
        catch (TargetInvocationException e)
        {
            throw e.InnerException!;
        }
    }

    /// <summary>The instructions and the launch are the machine's; structures, formats and arithmetic stay the runtime's.</summary>
    internal static string Retarget(string text) => text
        .Replace("using DeepSeekCompiler.Runtime.Gpu.Training;\n", "", StringComparison.Ordinal)
        .Replace("using ILGPU;\n", $"using {Machine};\n", StringComparison.Ordinal)
        .Replace("using ILGPU.Runtime;\n", "", StringComparison.Ordinal)
        .Replace(
            "using DeepSeekCompiler.Runtime.Gpu.Execution;\n",
            string.Concat(new[] { "TileCopy", "TransferBarrier", "Warpgroup", "WarpgroupAttention", "GroupLanes", "MatrixCore", "WarpLanes" }.Select(name => $"using {name} = {Machine}.{name};\n")),
            StringComparison.Ordinal);
}
