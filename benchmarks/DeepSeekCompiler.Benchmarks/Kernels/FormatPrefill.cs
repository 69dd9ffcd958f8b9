using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>One projection in every format that a checkpoint may store it in; FP8 also with quantised activations.</summary>
public class FormatPrefill : PrefillSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        In(NumberFormat.F32),
        In(NumberFormat.F16),
        In(NumberFormat.BF16),
        In(NumberFormat.E4M3),
        In(NumberFormat.E4M3, true),
    ];

    private static KernelCase In(NumberFormat format, bool quantised = false) => new("DeepSeekV2Lite", "AttentionOutPrefill", 512, 0, format, quantised);
}
