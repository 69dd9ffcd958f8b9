using System.Reflection;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Kernels on the host, for one vector width.</summary>
internal sealed unsafe class KernelHost : KernelTarget
{
    private readonly CompiledModel _model;
    private readonly HostRun _run;

    /// <param name="spec">The model.</param>
    /// <param name="width">Bits of a vector.</param>
    /// <param name="split">Whether prompts multiply float32 numbers.</param>
    public KernelHost(ModelSpec spec, int width, bool split = false)
    {
        _model = ModelLoader.Create(spec with { Formats = spec.Formats with { SplitActivations = split } }, new LoadOptions { VectorWidth = width });
        _run = new HostRun(2);
    }

    public override void Call(string kernel, params object[] arguments)
    {
        var type = _model.GetType().GetNestedType(kernel, BindingFlags.NonPublic) ?? throw new ArgumentException($"there is no kernel {kernel}");
        var method = type.GetMethod("Run", BindingFlags.Public | BindingFlags.Static)!;
        var parameters = method.GetParameters();
        Assert.Equal(parameters.Length, arguments.Length + 1);
        var given = new object[parameters.Length];
        given[0] = _run;
        var tables = new List<NativeArray<nint>>();
        for (int i = 1; i < given.Length; i++)
        {
            if (arguments[i - 1] is MemoryTable table) tables.Add(NativeArray<nint>.Of(table.Entries.Select(e => e.Address).ToArray()));
            given[i] = arguments[i - 1] switch
            {
                INativeMemory memory => Pointer.Box((void*)memory.Address, parameters[i].ParameterType),
                MemoryTable => Pointer.Box(tables[^1].Pointer, parameters[i].ParameterType),
                var number => number,
            };
        }

        method.Invoke(null, given);
        foreach (var table in tables) table.Dispose();
    }

    public override void Dispose()
    {
        _run.Dispose();
        _model.Dispose();
    }
}
