namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>The stages of a run in their order: what is wrong is found before anything is timed.</summary>
internal static class StageList
{
    public const string Device = "device";
    public const string Kernels = "kernels";
    public const string Golden = "golden";
    public const string Compiling = "compiling";
    public const string Timing = "timing";
    public const string Torch = "torch";

    /// <summary>Every stage and its share of the time.</summary>
    public static IReadOnlyList<(string Name, double Share)> Shares { get; } = [(Device, 1), (Kernels, 4), (Golden, 4), (Compiling, 3), (Timing, 6), (Torch, 3)];

    /// <summary>Processes of a stage: those that compile more than they measure share the host's cores.</summary>
    public static int Parts(string name) => name switch
    {
        Kernels or Golden => Math.Clamp(Environment.ProcessorCount / 2, 1, 8),
        // A model's kernels are compiled by several threads themselves.
        Compiling => Math.Clamp(Environment.ProcessorCount / 4, 1, 4),
        _ => 1,
    };

    public static IStage Create(string name, Options options) => name switch
    {
        Device => new DeviceStage(options),
        Kernels => new KernelStage(options),
        Golden => new GoldenStage(options),
        Compiling => new CompilingStage(options),
        Timing => new TimingStage(options),
        _ => throw new ArgumentException($"There is no stage {name}."),
    };
}
