using System.Reflection;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Compiles the kernels of a small model for one vector width and calls them one by one.</summary>
internal sealed unsafe class KernelHost : IDisposable
{
    private readonly CompiledModel _model;

    public KernelHost(ModelSpec spec, int width)
    {
        _model = ModelLoader.Create(spec, new LoadOptions { VectorWidth = width });
        Run = new HostRun(2);
    }

    public HostRun Run { get; }

    /// <summary>Calls a kernel; pointers are given as nint, in the order of its parameters.</summary>
    public void Call(string kernel, params object[] arguments)
    {
        var type = _model.GetType().GetNestedType(kernel, BindingFlags.NonPublic) ?? throw new ArgumentException($"there is no kernel {kernel}");
        var method = type.GetMethod("Run", BindingFlags.Public | BindingFlags.Static)!;
        var parameters = method.GetParameters();
        Assert.Equal(parameters.Length, arguments.Length + 1);
        var given = new object[parameters.Length];
        given[0] = Run;
        for (int i = 1; i < given.Length; i++)
            given[i] = arguments[i - 1] is nint pointer ? Pointer.Box((void*)pointer, parameters[i].ParameterType) : arguments[i - 1];
        method.Invoke(null, given);
    }

    public void Dispose()
    {
        Run.Dispose();
        _model.Dispose();
    }
}
