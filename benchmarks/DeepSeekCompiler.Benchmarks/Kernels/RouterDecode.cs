namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Scores, choice and dispatch of one token.</summary>
public class RouterDecode : DecodeSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV3", "RouterScoresDecode", 1),
        new("DeepSeekV3", "RouterSelect", 1),
        new("KimiK2", "RouterScoresDecode", 1),
        new("KimiK2", "RouterSelect", 1),
    ];
}
