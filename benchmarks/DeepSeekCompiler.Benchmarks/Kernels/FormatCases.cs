using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>One kernel in every format that a checkpoint may store its matrix in; FP8 also with quantised activations.</summary>
internal static class FormatCases
{
    public static IEnumerable<KernelCase> Of(string kernel, int tokens)
    {
        foreach (var format in new[] { NumberFormat.F32, NumberFormat.F16, NumberFormat.BF16, NumberFormat.E4M3 }) yield return new("DeepSeekV2Lite", kernel, tokens, 0, format);
        yield return new("DeepSeekV2Lite", kernel, tokens, 0, NumberFormat.E4M3, true);
    }
}
