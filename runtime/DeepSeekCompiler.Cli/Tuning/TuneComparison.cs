using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Cli.Tuning;

/// <summary>A model as the compiler has it beside the same with the choices of a tuning file.</summary>
/// <param name="Prompt">Tokens of the prompts.</param>
/// <param name="Prefill">Seconds of a prompt.</param>
/// <param name="Context">Tokens in front of the steps.</param>
/// <param name="Decode">Seconds of a step.</param>
internal sealed record TuneComparison(int Prompt, PairedBench Prefill, int Context, PairedBench Decode)
{
    /// <summary>Pairs that are measured.</summary>
    public const int Pairs = 9;

    private const int MostContext = 16;
    private const int MostSteps = 32;

    public static TuneComparison Measure(CompiledModel plain, CompiledModel tuned)
    {
        int positions = plain.Info.MaxPositionEmbeddings, steps = Math.Clamp(positions / 2, 1, MostSteps), context = Math.Clamp(positions - steps, 1, MostContext);
        int prompt = Math.Min(CompiledModel.MaxChunk, positions), longest = Math.Max(prompt, context + steps);
        using Session first = new(plain, longest), second = new(tuned, longest);
        ModelBench a = new(plain, first, longest, Pairs), b = new(tuned, second, longest, Pairs);
        return new(prompt, PairedBench.Prefill(a, b, prompt, Pairs), context, PairedBench.Decode(a, b, context, steps, Pairs));
    }
}
