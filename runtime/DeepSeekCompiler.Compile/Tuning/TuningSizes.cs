using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Sizes of the calls that are measured.</summary>
/// <param name="Tokens">Tokens of a call.</param>
/// <param name="Context">Tokens in the cache behind it.</param>
internal sealed record TuningSizes(int Tokens, int Context)
{
    // Where decode attention has something to split.
    private const int DecodeContext = 2048;

    public static TuningSizes Of(ModelSpec spec, TuningTask task)
    {
        int prompt = Math.Min(CompiledModel.MaxChunk, spec.MaxPositionEmbeddings);
        if (task.Kernel == TuningTargets.Prompt) return new(Math.Min(2 * CompiledModel.MaxChunk, spec.MaxPositionEmbeddings), Math.Min(2 * CompiledModel.MaxChunk, spec.MaxPositionEmbeddings));
        if (!task.Form.FewTokens) return new(prompt, prompt);
        return new(1, task.Kernel == "AttentionDecode" ? Math.Min(DecodeContext, spec.MaxPositionEmbeddings) : 1);
    }
}
