using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Explaining;

/// <summary>What is written about every candidate is read again as it was, and fits the model that it was found for.</summary>
public class TuningFileTests
{
    [Theory]
    [InlineData("DeepSeekV2Lite")]
    [InlineData("DeepSeekV3")]
    public void EveryCandidate_SurvivesItsFile(string name)
    {
        var spec = Catalogue.Find(name)!;
        using var folder = new TempFolder();
        var kernels = KernelSet.Of(spec).Kernels.Where(k => k.Weights is not null).Select(k => (k.Name, Weights: k.Weights!())).ToList();
        Assert.NotEmpty(kernels);
        for (int i = 0; i < kernels.Max(k => TuningRules.Candidates(k.Name, k.Weights).Count); i++)
        {
            var found = kernels.Select(k => new TunedKernel(k.Name, k.Weights.ToString(), 1, 1, TuningRules.Candidates(k.Name, k.Weights).ElementAtOrDefault(i), default, default, default)).ToList();
            string path = folder["machine.tuning.json"];
            using (var stream = File.Create(path)) TuningWriter.Write(stream, found, 2);
            var file = TuningFile.Read(path);
            Assert.Equal(found.Where(f => f.Choice is not null).Select(f => new TuningEntry(f.Kernel, f.Weights, f.Choice!)), file.For(spec).Entries);
            Assert.Empty(file.Unused(spec));
            Assert.NotEmpty(file.Unused(Catalogue.Find("Glm47Flash")!));
        }
    }

    [Fact]
    public void AFileThatIsNotThere_IsOneSentence() => Assert.Contains("/nowhere.json", Assert.Throws<CheckpointException>(() => TuningFile.Read("/nowhere.json")).Message, StringComparison.Ordinal);
}
