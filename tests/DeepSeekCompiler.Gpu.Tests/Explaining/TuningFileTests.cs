using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Explaining;

/// <summary>What is written about every candidate is read again as it was, and fits the model that it was found for.</summary>
public class TuningFileTests
{
    public static TheoryData<string, string> Targets
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string model in new[] { "DeepSeekV2Lite", "DeepSeekV3" })
            {
                foreach (var machine in TuningTargets.All) data.Add(model, machine.TuningTarget);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void EveryCandidate_SurvivesItsFile(string name, string target)
    {
        var found = Catalogue.Find(name)!;
        var spec = found with { Formats = found.Formats with { Cache = NumberFormat.BF16 } };
        using var folder = new TempFolder();
        var kernels = TuningTargets.Of(spec, TuningTargets.Find(target)!).Where(k => k.Form is not null).Select(k => (k.Name, Form: k.Form!, Candidates: TuningRules.Candidates(k.Name, k.Form!))).ToList();
        Assert.True(kernels.Count(k => k.Candidates.Count > 1) > 8, target);
        for (int i = 0; i < kernels.Max(k => k.Candidates.Count); i++)
        {
            var tuned = kernels.Select(k => new TunedKernel(k.Name, k.Form.Shape, 1, 1, k.Candidates.ElementAtOrDefault(i), default, default, default)).ToList();
            string path = folder["machine.tuning.json"];
            TuningWriter.Update(path, target, "any", tuned);
            var file = TuningFile.Read(path);
            Assert.Equal(tuned.Where(f => f.Choice is not null).Select(f => new TuningEntry(target, f.Kernel, f.Shape, f.Choice!)), file.For(spec, target).Entries);
            Assert.Empty(file.Unused(spec));
            Assert.NotEmpty(file.Unused(Catalogue.Find("Glm47Flash")!));
        }
    }

    [Fact]
    public void WhatIsFound_StandsBesideWhatOthersFound()
    {
        using var folder = new TempFolder();
        string path = folder["all.tuning.json"];
        File.WriteAllText(path, """
            { "version": 1, "processor": "an old one", "host": [ { "kernel": "AttentionOutPrefill", "weights": "8x8 bf16", "choice": { "tokens": 5 } } ] }
            """);
        TunedKernel Found(string kernel, string shape, int? tokens) => new(kernel, shape, 1, 1, tokens is null ? null : new() { Tokens = tokens }, default, default, default);
        TuningWriter.Update(path, "portable-cpu", "one", [Found("AttentionOutPrefill", "8x8 bf16", 2), Found("HeadPrefill", "8x8 bf16", 6), Found("DenseDownPrefill", "8x8 bf16", 6)]);
        TuningWriter.Update(path, "cuda-sm80", "two", [Found("AttentionOutPrefill", "8x8 bf16", 64)]);
        // Measured again: one has a better choice, one has none any more; the third was not asked about, and neither was another shape of the first.
        TuningWriter.Update(path, "portable-cpu", "three", [Found("AttentionOutPrefill", "8x8 bf16", 8), Found("HeadPrefill", "8x8 bf16", null), Found("AttentionOutPrefill", "16x8 bf16", 4)]);
        Assert.Equal(
            [
                ("host", "AttentionOutPrefill", "8x8 bf16", 5, "an old one"), ("portable-cpu", "DenseDownPrefill", "8x8 bf16", 6, "one"), ("cuda-sm80", "AttentionOutPrefill", "8x8 bf16", 64, "two"),
                ("portable-cpu", "AttentionOutPrefill", "8x8 bf16", 8, "three"), ("portable-cpu", "AttentionOutPrefill", "16x8 bf16", 4, "three"),
            ],
            TuningFile.Read(path).Entries.Select(e => (e.Entry.Target, e.Entry.Kernel, e.Entry.Shape, e.Entry.Choice.Tokens!.Value, e.Device)));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void AFileThatCannotBeRead_StaysAsItIs()
    {
        using var folder = new TempFolder();
        string path = folder["other.tuning.json"];
        File.WriteAllText(path, "{ \"version\": 9 }");
        Assert.Contains("version 1 and 2", Assert.Throws<CheckpointException>(() => TuningWriter.Update(path, "host", "any", [])).Message, StringComparison.Ordinal);
        Assert.Equal("{ \"version\": 9 }", File.ReadAllText(path));
    }

    [Fact]
    public void AFileForAnotherTarget_IsOneSentence()
    {
        using var folder = new TempFolder();
        string path = folder["other.tuning.json"];
        File.WriteAllText(path, """{ "version": 1, "host": [ { "kernel": "AttentionOutPrefill", "weights": "2048x2048 bf16", "choice": { "tokens": 5 } } ] }""");
        var spec = Catalogue.Find("DeepSeekV2Lite")!;
        Assert.Equal(5, Assert.Single(TuningFile.Read(path).For(spec, "host").Entries).Choice.Tokens);
        string message = Assert.Throws<CheckpointException>(() => TuningFile.Read(path).For(spec, "cuda-sm90")).Message;
        Assert.Contains("measured for host", message, StringComparison.Ordinal);
        Assert.Contains("cuda-sm90", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNotThere_IsOneSentence() => Assert.Contains("/nowhere.json", Assert.Throws<CheckpointException>(() => TuningFile.Read("/nowhere.json")).Message, StringComparison.Ordinal);
}
