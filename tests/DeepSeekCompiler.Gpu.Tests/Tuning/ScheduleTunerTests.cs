using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Tuning;

/// <summary>The measuring loop, with times and failures on paper.</summary>
public class ScheduleTunerTests
{
    private const string Kernel = "AttentionOutPrefill";

    private static readonly Generators.Spec.ModelSpec s_spec = Catalogue.Find("DeepSeekV2Lite")!;

    [Fact]
    public void TheFastestThatComputesTheSame_IsTaken_AndTheOthersAreNamed()
    {
        var bench = new FakeBench(new(FateKind.Refused), new(FateKind.Fails), new(FateKind.Differs), new(FateKind.Fails), new(FateKind.Runs, 0.5), new(FateKind.Runs, 0.25));
        var found = Tune(bench);
        var form = TuningTargets.Of(s_spec, bench.Target).Single(k => k.Name == Kernel).Form!;
        Assert.Equal(TuningRules.Candidates(Kernel, form)[5], found.Choice);
        Assert.Equal((1, 0.25, 4), (found.Default.Median, found.Best.Median, found.Gain.Median));
        Assert.Equal(["it is refused", "it fails", "it fails"], found.Dropped.Take(3).Select(d => d.Reason));
        Assert.Contains("y differs", found.Dropped[3].Reason, StringComparison.Ordinal);
        // Whatever fails is left out of the next rig.
        Assert.Equal([1, 2, 3, 4], bench.Opened[0].Take(4));
        Assert.Equal([2, 3, 4], bench.Opened[1].Take(3));
        Assert.Equal([2, 4], bench.Opened[2].Take(2));
    }

    [Theory]
    [InlineData(0.995)]
    [InlineData(2)]
    public void AGainThatIsNone_LeavesTheDefault(double seconds) => Assert.Null(Tune(new FakeBench(new Fate(FateKind.Runs, seconds))).Choice);

    [Fact]
    public void WithoutACandidateThatRuns_TheDefaultStays()
    {
        var found = Tune(new FakeBench([.. Enumerable.Repeat(new Fate(FateKind.Fails), 100)]));
        Assert.Equal((0, null), (found.Tried, found.Choice));
        Assert.Equal(1, found.Gain.Median);
    }

    [Fact]
    public void AKernelThatLeavesNothingOpen_IsOneSentence()
    {
        string message = Assert.Throws<ArgumentException>(() => new ScheduleTuner(s_spec, new FakeBench(), TimeSpan.Zero, ["FinalNorm"])).Message;
        Assert.Contains("FinalNorm leaves nothing to choose on portable-cpu", message, StringComparison.Ordinal);
    }

    /// <summary>The tuner's tolerances are those of the tests.</summary>
    [Fact]
    public void Tolerances_AreTheSame() => Assert.Equal((Tolerances.Contraction, Tolerances.Bf16Attention), (Agreement.Float32, Agreement.RoundedAttention));

    private static TunedKernel Tune(FakeBench bench)
    {
        using var tuner = new ScheduleTuner(s_spec, bench, TimeSpan.Zero, [Kernel]);
        return Assert.Single(tuner.Run());
    }
}
