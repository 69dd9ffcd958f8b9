using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>The field's names of kernels, for people who look for one.</summary>
public static class KernelNames
{
    private static readonly (string Alias, string Kernel, NumberFormat? Format)[] s_aliases =
    [
        ("mla_decode", "AttentionDecode", null),
        ("flash_decode", "AttentionDecode", null),
        ("flash_prefill", "AttentionPrefill", null),
        ("flash_attention", "AttentionPrefill", null),
        ("mla_prefill", "AttentionPrefill", null),
        ("fp8_gemm", "AttentionOutPrefill", NumberFormat.E4M3),
        ("bf16_gemm", "AttentionOutPrefill", NumberFormat.BF16),
        ("gemm", "AttentionOutPrefill", null),
        ("fp8_gemv", "AttentionOutDecode", NumberFormat.E4M3),
        ("bf16_gemv", "AttentionOutDecode", NumberFormat.BF16),
        ("gemv", "AttentionOutDecode", null),
        ("skinny_gemm", "AttentionOutDecode", null),
        ("grouped_gemm", "ExpertGateUpPrefill", null),
        ("grouped_gemm_contiguous", "ExpertGateUpPrefill", null),
        ("grouped_gemm_masked", "ExpertGateUpDecode", null),
        ("router", "RouterSelect", null),
        ("topk", "RouterSelect", null),
        ("moe_dispatch", "Dispatch", null),
        ("moe_combine", "Combine", null),
        ("rms_norm", "FinalNorm", null),
        ("lm_head", "HeadDecode", null),
        ("embedding", "Embed", null),
    ];

    /// <summary>The aliases that mean a kernel of the model.</summary>
    public static IEnumerable<string> Aliases(IReadOnlyCollection<string> kernels, NumberFormat linear) =>
        s_aliases.Where(a => kernels.Contains(a.Kernel) && (a.Format is null || a.Format == linear)).Select(a => a.Alias);

    /// <summary>The generated name that <paramref name="name"/> means.</summary>
    /// <param name="name">A generated name, whatever its case and underscores, or one of the field's.</param>
    /// <param name="kernels">Generated names of the model.</param>
    /// <param name="linear">Format of its matrices.</param>
    /// <exception cref="ArgumentException">There is no such kernel; the message lists the known ones.</exception>
    public static string Resolve(string name, IReadOnlyCollection<string> kernels, NumberFormat linear)
    {
        ArgumentNullException.ThrowIfNull(name);
        string wanted = Plain(name);
        if (kernels.FirstOrDefault(k => Plain(k) == wanted) is { } own) return own;
        var alias = Array.Find(s_aliases, a => Plain(a.Alias) == wanted);
        if (alias.Kernel is not null && alias.Format is { } format && format != linear)
            throw new ArgumentException($"This model's matrices are {linear}, so it has no {name}; gemm and gemv are its products.");
        if (alias.Kernel is not null && kernels.Contains(alias.Kernel)) return alias.Kernel;
        throw new ArgumentException($"There is no kernel {name}; this model has {string.Join(", ", kernels)}, also known as {string.Join(", ", Aliases(kernels, linear))}.");
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
