using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>This project's host target, timed as <c>dsc bench</c> times it.</summary>
internal sealed class DscContender : IContender
{
    private readonly CompiledModel _model;
    private readonly Session _session;
    private readonly ModelBench _bench;
    private readonly int[] _tokens;

    /// <param name="setup">Model is a checkpoint folder.</param>
    public DscContender(ContenderSetup setup)
    {
        var cache = setup.Cache switch { "bf16" => NumberFormat.BF16, "i16" => NumberFormat.I16, _ => NumberFormat.F32 };
        _model = ModelLoader.Load(setup.Model, new LoadOptions { Threads = setup.Threads, Cache = cache });
        _tokens = setup.Tokens;
        _session = new Session(_model, _tokens.Length);
        _bench = new ModelBench(_model, _session, _tokens.Length, 1);
        var info = _model.Info;
        Facts = new($"this project, {info.Formats}, {setup.Cache} cache, {Runtime.Execution.HostVector.Width}-bit vectors", info.ActiveBytes, info.ActiveParameters);
    }

    public ContenderFacts Facts { get; }

    public void Logits(int prompt, int steps, Action<ReadOnlySpan<float>> row)
    {
        float[] logits = new float[_model.Info.VocabSize];
        _session.Rewind(0);
        _session.Forward(_tokens.AsSpan(0, prompt), logits);
        row(logits);
        for (int i = 0; i < steps; i++)
        {
            _session.Forward(_tokens.AsSpan(prompt + i, 1), logits);
            row(logits);
        }
    }

    public string Warm(BenchCase what)
    {
        Run(what);
        return "";
    }

    public double Run(BenchCase what) => what.Kind == CaseKind.Prefill ? _bench.PrefillOnce(what.Tokens) : _bench.DecodeOnce(what.Tokens, what.Steps);

    // Three times: the figure is for one turn of many.
    public MachineLimits? Limits() => MachineLimits.Measure(_model.Host, 3);

    public void Dispose()
    {
        _session.Dispose();
        _model.Dispose();
    }
}
