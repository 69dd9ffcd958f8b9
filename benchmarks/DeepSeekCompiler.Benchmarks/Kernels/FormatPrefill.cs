namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>One projection in every format that a checkpoint may store it in; FP8 also with quantised activations.</summary>
public class FormatPrefill : PrefillSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() => FormatCases.Of("AttentionOutPrefill", 512);
}
