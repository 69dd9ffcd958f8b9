using System.Diagnostics;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Measurement;
using static TorchSharp.torch;

namespace DeepSeekCompiler.Peers.Torch;

/// <summary>libtorch through TorchSharp.</summary>
internal sealed class TorchContender : IContender
{
    // As all contenders cut a long prompt.
    private const int Chunk = 512;

    private readonly TorchModel _model;
    private readonly IDisposable _inference;
    private readonly int[] _tokens;
    private int _position;

    /// <param name="setup">Model is a BF16 checkpoint folder; the name says what is computed in.</param>
    public TorchContender(ContenderSetup setup)
    {
        set_num_threads(setup.Threads);
        set_num_interop_threads(1);
        _inference = inference_mode();
        _tokens = setup.Tokens;
        using var checkpoint = Checkpoint.Open(setup.Model);
        var spec = CheckpointSpec.Read(setup.Model);
        var type = setup.Name == "torch-bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
        var weights = new TorchWeights(checkpoint, type);
        _model = new TorchModel(spec, weights, _tokens.Length);
        using var facts = ModelLoader.Create(spec);
        string version = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3);
        Facts = new($"TorchSharp {version}, libtorch {__version__}, {type} weights, activations and cache", facts.Info.ActiveParameters * weights.Width, facts.Info.ActiveParameters);
    }

    public ContenderFacts Facts { get; }

    public void Logits(int prompt, int steps, Action<ReadOnlySpan<float>> row)
    {
        _position = 0;
        Forward(_tokens.AsSpan(0, prompt), row);
        for (int i = 0; i < steps; i++) Forward(_tokens.AsSpan(prompt + i, 1), row);
    }

    public string Warm(BenchCase what)
    {
        Run(what);
        return "";
    }

    public double Run(BenchCase what)
    {
        if (what.Kind == CaseKind.Prefill) _position = 0;
        else Fill(what.Tokens);
        long start = Stopwatch.GetTimestamp();
        if (what.Kind == CaseKind.Prefill) Forward(_tokens.AsSpan(0, what.Tokens), _ => { });
        for (int i = 0; i < what.Steps; i++) Forward(_tokens.AsSpan(what.Tokens + i, 1), _ => { });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public MachineLimits? Limits() => null;

    public void Dispose() => _inference.Dispose();

    private void Fill(int context)
    {
        if (_position < context)
        {
            _position = 0;
            Forward(_tokens.AsSpan(0, context), _ => { });
        }

        _position = context;
    }

    // The logits are read out: the time of a step ends when they are there.
    private void Forward(ReadOnlySpan<int> tokens, Action<ReadOnlySpan<float>> row)
    {
        for (int done = 0; done < tokens.Length; done += Chunk)
        {
            using var scope = NewDisposeScope();
            var part = tokens.Slice(done, Math.Min(Chunk, tokens.Length - done));
            var logits = _model.Forward(part, _position);
            _position += part.Length;
            if (done + part.Length == tokens.Length) row(logits.data<float>().ToArray());
        }
    }
}
