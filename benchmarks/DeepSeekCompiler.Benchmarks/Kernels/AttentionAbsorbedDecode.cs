namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Absorbed attention over the latent cache, by context.</summary>
public class AttentionAbsorbedDecode : DecodeSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV2Lite", "AttentionDecode", 1, 512),
        new("DeepSeekV2Lite", "AttentionDecode", 1, 4096),
        new("DeepSeekV3", "AttentionDecode", 1, 4096),
        new("KimiK2", "AttentionDecode", 1, 4096),
    ];
}
