using System.Runtime.InteropServices;
using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Peers.Measurement;
using DeepSeekCompiler.Peers.Report;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Peers.Tests;

/// <summary>What is made of measured seconds.</summary>
public sealed class ResultTests
{
    [Fact]
    public void Ratios_are_taken_within_each_round()
    {
        // Medians are 1 s and 2 s, twice as fast; pair by pair the ratios are 4, 1 and 1.
        var table = Table(Run(("dsc-bf16", [1, 3, 1]), ("llama-bf16", [4, 3, 1])));
        Assert.Contains("| | llama-bf16 | 33.3 (25.0 to 100.0) |", table);
        Assert.Contains("| 1.00 (1.00 to 4.00) |", table);
    }

    [Fact]
    public void Share_of_the_limit_is_that_of_the_same_round()
    {
        // 100 tokens of 0.02 GB a second and a limit of 4 GB/s, then half of both.
        var run = Run(("dsc-bf16", [1, 2]));
        run.Cases[0].Rounds[1] = run.Cases[0].Rounds[1] with { Limits = new MachineLimits(2, 8, 1) };
        run.Contenders[0].ActiveBytes = 20_000_000;
        Assert.Contains("| 50 (50 to 50) % |", Table(run));
    }

    [Fact]
    public void Contender_that_stopped_has_its_sentence_and_only_its_own_rounds()
    {
        var run = Run(("dsc-bf16", [1, 1]), ("llama-bf16", [2]));
        run.Contenders[1].Failure = "Its process ended with code 134.";
        string table = Table(run);
        Assert.Contains("- llama-bf16: Its process ended with code 134.", table);
        Assert.Contains("| | llama-bf16 | 50.0 (50.0 to 50.0) |", table);
    }

    [Fact]
    public void Json_files_of_one_machine_become_one_table()
    {
        using var folder = new TempFolder();
        Run(("dsc-bf16", [1])).Save(folder["a.json"]);
        var second = Run(("dsc-bf16", [2]), ("torch-f32", [3]));
        second.Contenders[1].Whole = new LogitError(double.NaN, 0.25);
        second.Save(folder["b.json"]);
        var merged = RunResult.Merge([RunResult.Load(folder["a.json"]), RunResult.Load(folder["b.json"])]);
        Assert.Equal(2, merged.Cases.Count);
        Assert.Equal(["dsc-bf16", "torch-f32"], merged.Contenders.Select(c => c.Name));
        Assert.Equal(second.Cases[0].Rounds[0].Seconds, merged.Cases[1].Rounds[0].Seconds);
        Assert.Equal(second.Contenders[1].Whole, merged.Contenders[1].Whole);
        Assert.Throws<PeerException>(() => RunResult.Merge([merged, merged with { Threads = 64 }]));
    }

    [Fact]
    public void Logits_agree_when_most_rows_do_and_never_with_NaN()
    {
        const int Width = 3;
        int rows = LogitError.Prompts.Length * (1 + LogitError.Steps);
        float[] reference = [.. Enumerable.Range(0, rows * Width).Select(i => (i % 7) - 2.5f)], other = [.. reference.Select(x => 1.01f * x)];

        // One row of 32 steps is far off: a tie between experts.
        other[Width] += 100;
        var error = Compare(reference, other);
        Assert.Equal(0.01, error.Prefill, 4);
        Assert.Equal(0.01, error.Decode, 4);
        Assert.True(error.Within(0.02));
        Assert.False(error.Within(0.005));
        other[0] = float.NaN;
        Assert.False(Compare(reference, other).Within(1));
        Assert.Throws<PeerException>(() => Compare(reference, other[..^1]));
    }

    private static LogitError Compare(float[] reference, float[] rows) => LogitError.Compare(MemoryMarshal.AsBytes<float>(reference), MemoryMarshal.AsBytes<float>(rows));

    private static RunResult Run(params (string Name, double[] Seconds)[] contenders)
    {
        int count = contenders.Max(c => c.Seconds.Length);
        var rounds = Enumerable.Range(0, count).Select(r => new Round(new MachineLimits(4, 8, 1), contenders.Where(c => r < c.Seconds.Length).ToDictionary(c => c.Name, c => c.Seconds[r]))).ToList();
        return new(DateTime.UnixEpoch, "a machine", 2, "a model", [.. contenders.Select(c => new ContenderResult(c.Name))], [new(new BenchCase(CaseKind.Decode, 16, 100), 1, rounds, [])]);
    }

    private static string Table(RunResult run)
    {
        var text = new StringWriter();
        new ResultTable(run, text).Print();
        return text.ToString();
    }
}
