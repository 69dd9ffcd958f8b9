using System.Diagnostics;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>A prompt through a whole model, cut into chunks of several lengths.</summary>
internal sealed class PromptRig : IVariantRig
{
    private readonly List<Session> _sessions;
    private readonly int[] _prompt;
    private readonly float[] _logits;

    /// <param name="model">With weights.</param>
    /// <param name="tokens">Tokens of the prompt.</param>
    /// <param name="chunks">Tokens of a chunk, the default first.</param>
    public PromptRig(CompiledModel model, int tokens, IReadOnlyList<int> chunks)
    {
        var random = new Random(tokens);
        _prompt = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(model.Info.VocabSize))];
        _logits = new float[model.Info.VocabSize];
        _sessions = [.. chunks.Select(c => new Session(model, tokens) { Chunk = c })];
    }

    public double Seconds(int variant, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) Run(variant);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    public IReadOnlyList<RigOutput> Outputs(int variant)
    {
        Run(variant);
        byte[] bytes = MemoryMarshal.AsBytes<float>(_logits).ToArray();
        return [new("logits", NumberFormat.F32, new byte[bytes.Length], bytes)];
    }

    public void Dispose() => _sessions.ForEach(s => s.Dispose());

    private void Run(int variant)
    {
        var session = _sessions[variant];
        session.Rewind(0);
        session.Forward(_prompt, _logits);
    }
}
