using BenchmarkDotNet.Attributes;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Benchmarks.Models;

/// <summary>Whole models: a prompt, and a step behind a context.</summary>
public class EndToEnd
{
    private const int PromptTokens = 128;
    private const int Context = 256;
    private const int Steps = 16;

    private readonly int[] _tokens = [.. Enumerable.Range(0, Context + Steps).Select(i => (i * 37 % 1000) + 3)];
    private CompiledModel? _model;
    private Session? _session;
    private float[] _logits = [];

    /// <summary>What is measured.</summary>
    [ParamsSource(nameof(Cases))]
    public ModelCase Of { get; set; } = null!;

    /// <summary>Models.</summary>
    public static IEnumerable<ModelCase> Cases() => ModelCase.All();

    /// <summary>Opens the model in front of prompts.</summary>
    [GlobalSetup(Target = nameof(Prefill))]
    public void OpenPrefill() => Open(nameof(Prefill), Prefill, 1);

    /// <summary>Opens the model in front of steps, and fills the cache.</summary>
    [GlobalSetup(Target = nameof(Decode))]
    public void OpenDecode() => Open(nameof(Decode), Decode, Steps);

    /// <summary>A prompt of 128 tokens from an empty cache, logits of the last.</summary>
    [Benchmark]
    public void Prefill()
    {
        _session!.Rewind(0);
        _session.Forward(_tokens.AsSpan(0, PromptTokens), _logits);
    }

    /// <summary>A token behind 256 others, logits of it.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Decode()
    {
        _session!.Rewind(Context);
        _session.Loop(() =>
        {
            for (int i = 0; i < Steps; i++) _session.Forward(_tokens.AsSpan(Context + i, 1), _logits);
        });
    }

    /// <summary>Closes the model.</summary>
    [GlobalCleanup]
    public void Close()
    {
        _session?.Dispose();
        _model?.Dispose();
    }

    private void Open(string method, Action once, int calls)
    {
        _model = ModelLoader.Load(Of.Ready());
        _session = new Session(_model, Context + Steps);
        _logits = new float[_model.Info.VocabSize];
        _session.Forward(_tokens.AsSpan(0, Context), [], LogitRows.None);
        var clock = new KernelClock();
        _model.Host.Clock = clock;
        once();
        _model.Host.Clock = null;
        var all = clock.Kernels.Aggregate(default(KernelWork), (sum, k) => sum + k.Work);
        Measured.Says(Of, method, new() { WeightFlops = all.WeightFlops / calls, WeightBytes = all.WeightBytes / calls, Flops = all.Flops / calls, Bytes = all.Bytes / calls });
    }
}
