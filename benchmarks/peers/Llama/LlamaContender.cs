using System.Diagnostics;
using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Peers.Llama;

/// <summary>llama.cpp on a GGUF file, mapped, with flash attention or without, whichever is faster for the case.</summary>
internal sealed class LlamaContender : IContender
{
    private readonly nint _model;
    private readonly LlamaThreads _threads;
    private readonly LlamaContext _flash, _plain;
    private readonly int[] _tokens;
    private LlamaContext _chosen;

    /// <param name="setup">Model is a GGUF file, Library the folder of libllama.</param>
    public LlamaContender(ContenderSetup setup)
    {
        const int MapFile = 1;
        LlamaLibrary.Load(setup.Library);
        var parameters = LlamaApi.llama_model_default_params();
        (parameters.LoadMode, parameters.GpuLayers) = (MapFile, 0);
        _model = LlamaApi.llama_model_load_from_file(setup.Model, parameters);
        if (_model == 0) throw new PeerException($"llama.cpp does not load {setup.Model}. {LlamaLibrary.Complaint}");
        int vocabulary = LlamaApi.llama_vocab_n_tokens(LlamaApi.llama_model_get_vocab(_model));
        _tokens = setup.Tokens;
        _threads = new LlamaThreads(setup.Threads);
        LlamaContext Open(bool flash) => new(_model, vocabulary, _tokens.Length, _threads, setup.Threads, flash);
        (_flash, _plain) = (Open(true), Open(false));
        _chosen = _flash;
        Facts = new($"{LlamaLibrary.Description}, f16 cache", 0, 0);
    }

    public ContenderFacts Facts { get; }

    public void Logits(int prompt, int steps, Action<ReadOnlySpan<float>> row)
    {
        _chosen.Rewind(0);
        row(_chosen.Forward(_tokens.AsSpan(0, prompt)));
        for (int i = 0; i < steps; i++) row(_chosen.Forward(_tokens.AsSpan(prompt + i, 1)));
        _threads.Pause();
    }

    public string Warm(BenchCase what)
    {
        double flash = Trial(_flash, what), plain = Trial(_plain, what);
        _chosen = flash <= plain ? _flash : _plain;
        return flash <= plain ? "flash attention on" : "flash attention off";
    }

    public double Run(BenchCase what)
    {
        double seconds = what.Kind == CaseKind.Prefill ? Prefill(what) : Decode(what);
        _threads.Pause();
        return seconds;
    }

    public MachineLimits? Limits() => null;

    public void Dispose()
    {
        _flash.Dispose();
        _plain.Dispose();
        _threads.Dispose();
        LlamaApi.llama_model_free(_model);
    }

    // The better of two runs behind a warm one.
    private double Trial(LlamaContext context, BenchCase what)
    {
        _chosen = context;
        Run(what);
        return Math.Min(Run(what), Run(what));
    }

    private double Prefill(BenchCase what)
    {
        _chosen.Rewind(0);
        long start = Stopwatch.GetTimestamp();
        _chosen.Forward(_tokens.AsSpan(0, what.Tokens));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private double Decode(BenchCase what)
    {
        if (_chosen.Position < what.Tokens)
        {
            _chosen.Rewind(0);
            _chosen.Forward(_tokens.AsSpan(0, what.Tokens));
        }

        _chosen.Rewind(what.Tokens);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < what.Steps; i++) _chosen.Forward(_tokens.AsSpan(what.Tokens + i, 1));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
