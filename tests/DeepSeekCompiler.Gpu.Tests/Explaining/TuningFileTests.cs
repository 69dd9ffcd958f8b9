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
            using (var stream = File.Create(path)) TuningWriter.Write(stream, target, "any", tuned);
            var file = TuningFile.Read(path);
            Assert.Equal(tuned.Where(f => f.Choice is not null).Select(f => new TuningEntry(target, f.Kernel, f.Shape, f.Choice!)), file.For(spec, target).Entries);
            Assert.Empty(file.Unused(spec));
            Assert.NotEmpty(file.Unused(Catalogue.Find("Glm47Flash")!));
        }
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
