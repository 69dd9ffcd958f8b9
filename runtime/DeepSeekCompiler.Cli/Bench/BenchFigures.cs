using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary>All that a run of <c>dsc bench</c> has measured.</summary>
/// <param name="Info">The model.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="Width">Bits of a vector of the host's kernels; 0 is scalar.</param>
/// <param name="Device">Where the model ran.</param>
/// <param name="Limits">The host's limits; null where a device computed, whose limits <c>benchmarks/gpu</c> measures.</param>
/// <param name="Prefills">Seconds of whole prompts.</param>
/// <param name="Decodes">Seconds of single steps.</param>
/// <param name="Generation">Generation with and without drafts, if asked for.</param>
/// <param name="ResidentMiB">Memory of the process.</param>
/// <param name="Weights">What of it is weights, and in pages of which size; null where that cannot be known.</param>
internal sealed record BenchFigures(ModelInfo Info, int Threads, int Width, string Device, MachineLimits? Limits, IReadOnlyList<PrefillFigure> Prefills, IReadOnlyList<DecodeFigure> Decodes, GenerationBench? Generation, double ResidentMiB, WeightPages? Weights)
{
    /// <summary>10^9 operations of products with weights in a prompt. The head multiplies the last token only.</summary>
    public double WeightGflop(int tokens)
    {
        double head = (double)Info.VocabSize * Info.HiddenSize;
        return 2 * (((Info.ActiveParameters - head) * tokens) + head) / 1e9;
    }

    /// <summary>What was measured kernel by kernel, each under its name.</summary>
    public IEnumerable<(string Title, bool Prefill, KernelProfile Profile)> Profiles =>
        Prefills.Where(p => p.Kernels is not null).Select(p => (p.Name, true, p.Kernels!)).Concat(Decodes.Where(d => d.Kernels is not null).Select(d => (d.Name, false, d.Kernels!)));
}

/// <summary>A prompt of so many tokens.</summary>
internal sealed record PrefillFigure(int Tokens, Spread Seconds, KernelProfile? Kernels)
{
    public string Name => FormattableString.Invariant($"prefill {Tokens}");
}

/// <summary>A step behind a context of so many tokens.</summary>
internal sealed record DecodeFigure(int Context, Spread Seconds, KernelProfile? Kernels)
{
    public string Name => FormattableString.Invariant($"decode at {Context}");
}
