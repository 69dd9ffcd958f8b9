namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>The chosen experts of one token, and of four.</summary>
public class ExpertDecode : DecodeSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV2Lite", "ExpertGateUpDecode", 1),
        new("DeepSeekV2Lite", "ExpertDownCombine", 1),
        new("DeepSeekV3", "ExpertGateUpDecode", 1),
        new("DeepSeekV3", "ExpertDownCombine", 1),
        new("DeepSeekV3", "ExpertGateUpDecode", 4),
        new("KimiK2", "ExpertGateUpDecode", 1),
    ];
}
