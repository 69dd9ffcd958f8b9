using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Gpu.Tests.Tuning;

/// <summary>A bench on which every candidate's fate is written down.</summary>
/// <param name="fates">What becomes of each candidate; those behind the last take as long as the default.</param>
internal sealed class FakeBench(params Fate[] fates) : ITuningBench
{
    /// <summary>Candidates of every opened rig.</summary>
    public List<int[]> Opened { get; } = [];

    public Machine Target { get; } = new DeviceTarget(1);

    public string Description => "a device on paper";

    public void Compile(IReadOnlyList<TuningTask> tasks)
    {
    }

    public string? Refusal(TuningTask task, int candidate) => Of(candidate).Kind == FateKind.Refused ? "it is refused" : null;

    public IVariantRig Open(TuningTask task, IReadOnlyList<int> candidates)
    {
        Opened.Add([.. candidates]);
        for (int i = 0; i < candidates.Count; i++)
        {
            if (Of(candidates[i]).Kind == FateKind.Fails) throw new VariantException(i + 1, "it fails", new InvalidOperationException());
        }

        return new Rig([new(FateKind.Runs, 1), .. candidates.Select(Of)]);
    }

    public void Dispose()
    {
    }

    private Fate Of(int candidate) => candidate < fates.Length ? fates[candidate] : new(FateKind.Runs, 1);

    private sealed class Rig(Fate[] variants) : IVariantRig
    {
        public double Seconds(int variant, int calls) => variants[variant].Seconds;

        public IReadOnlyList<RigOutput> Outputs(int variant) =>
            [new("y", NumberFormat.F32, new byte[8], [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(variants[variant].Kind == FateKind.Differs ? 1.001f : 1f)])];

        public void Dispose()
        {
        }
    }
}

/// <summary>What becomes of a candidate.</summary>
internal enum FateKind
{
    Runs,
    Refused,
    Fails,
    Differs,
}

/// <summary>The same with its time.</summary>
internal readonly record struct Fate(FateKind Kind, double Seconds = 0.001);
