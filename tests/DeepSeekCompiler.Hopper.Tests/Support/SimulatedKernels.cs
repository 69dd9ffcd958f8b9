using System.Reflection;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Hopper.Tests.Machine;

namespace DeepSeekCompiler.Hopper.Tests.Support;

/// <summary>The generated Hopper kernels of a model, their very text compiled against the simulated machine.</summary>
internal sealed class SimulatedKernels
{
    private const string Machine = "DeepSeekCompiler.Hopper.Tests.Machine";

    private readonly IReadOnlyDictionary<string, Type> _types;

    /// <param name="spec">The model.</param>
    /// <param name="split">Activations as two terms.</param>
    /// <param name="only">The kernels.</param>
    public SimulatedKernels(ModelSpec spec, bool split, params string[] only)
        : this(spec, split, text => text, only)
    {
    }

    /// <param name="spec">The model.</param>
    /// <param name="split">Activations as two terms.</param>
    /// <param name="mutate">Changes the text of a kernel.</param>
    /// <param name="only">The kernels.</param>
    public SimulatedKernels(ModelSpec spec, bool split, Func<string, string> mutate, params string[] only) =>
        _types = HopperKernels.Compile(spec, HopperKernels.Files(spec, split, only).ToDictionary(f => f.Key, f => Retarget(mutate(f.Value))));

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

    // The instructions and the launch are the machine's; structures, formats and arithmetic stay the runtime's.
    private static string Retarget(string text) => text
        .Replace("using ILGPU;\n", $"using {Machine};\n", StringComparison.Ordinal)
        .Replace("using ILGPU.Runtime;\n", "", StringComparison.Ordinal)
        .Replace(
            "using DeepSeekCompiler.Runtime.Gpu.Execution;\n",
            string.Concat(new[] { "TileCopy", "TransferBarrier", "Warpgroup", "GroupLanes" }.Select(name => $"using {name} = {Machine}.{name};\n")),
            StringComparison.Ordinal);
}
