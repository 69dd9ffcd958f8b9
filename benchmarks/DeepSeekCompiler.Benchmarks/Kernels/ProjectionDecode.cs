namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Dense projections for one token: every weight byte is read once.</summary>
public class ProjectionDecode : DecodeSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV2Lite", "LatentDownDecode", 1),
        new("DeepSeekV2Lite", "AttentionOutDecode", 1),
        new("DeepSeekV2Lite", "SharedGateUpDecode", 1),
        new("DeepSeekV3", "LatentDownDecode", 1),
        new("DeepSeekV3", "QueryUpDecode", 1),
        new("DeepSeekV3", "AttentionOutDecode", 1),
        new("DeepSeekV3", "AttentionOutDecode", 4),
        new("KimiK2", "AttentionOutDecode", 1),
    ];
}
