using BenchmarkDotNet.Attributes;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Single kernels with random weights, compiled for the processor at hand.</summary>
public abstract class KernelSuite
{
    // Several times the last cache of most processors.
    private const long Rotated = 512L << 20;

    private CompiledModel? _model;
    private KernelRig? _rig;

    /// <summary>What is measured.</summary>
    [ParamsSource("Cases")]
    public KernelCase Of { get; set; } = null!;

    /// <summary>Compiles the kernel and makes its arguments.</summary>
    [GlobalSetup]
    public void Open()
    {
        var spec = Of.Spec();
        _model = ModelLoader.Create(spec);
        _rig = new KernelRig([_model], spec, Measured.Run, Of.Kernel, Of.Tokens, Of.Context, Rotated);
        Measured.Says(Of, this is DecodeSuite ? nameof(DecodeSuite.Decode) : nameof(PrefillSuite.Prefill), _rig.Work);
    }

    /// <summary>Frees what the arguments take.</summary>
    [GlobalCleanup]
    public void Close()
    {
        _rig?.Dispose();
        _model?.Dispose();
    }

    /// <summary>Calls the kernel.</summary>
    private protected void Call(int times) => _rig!.Call(times);
}
