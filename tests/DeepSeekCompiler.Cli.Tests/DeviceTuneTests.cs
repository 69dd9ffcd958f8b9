using System.Text.Json.Nodes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary><c>dsc tune --device</c> on an OpenCL device, and what its file changes there. Whether anything is faster is not asked.</summary>
public sealed class DeviceTuneTests : IDisposable
{
    private const string Kernel = "AttentionOutPrefill";

    private readonly TempFolder _folder = new();

    [OpenClFact]
    public void EveryCandidate_ComputesTheSame_AndTheFileSaysWhatItIsFor_BesideWhatItSaidBefore()
    {
        string model = _folder["model"], file = _folder["device.tuning.json"];
        Assert.Equal(0, Dsc.Run("", "recipe", "--config", GoldenFiles.Path("v3-tiny", "config.json"), "--seed", "1", "--out", model).Code);
        File.Copy(Write("cuda-sm80"), file);
        var (code, output, error) = Dsc.Run("", "tune", "--model", model, "--device", "opencl:0", "--kernels", Kernel, "--budget", "1", "--out", file);
        Assert.True(code == 0, error);
        Assert.DoesNotContain("dropped", output, StringComparison.Ordinal);
        Assert.Contains("of 1 kernels are tuned for portable-cpu (opencl:0,", output, StringComparison.Ordinal);
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.Equal(2, json["version"]!.GetValue<int>());
        Assert.Equal("cuda-sm80", json["entries"]![0]!["target"]!.GetValue<string>());
        Assert.All(json["entries"]!.AsArray().Skip(1), e => Assert.Equal("portable-cpu", e!["target"]!.GetValue<string>()));
    }

    [OpenClFact]
    public void ATunedModel_SaysTheSame_AndExplainSaysWhy()
    {
        string file = Write("portable-cpu");
        string[] command = ["generate", "Once upon a time there was a", "--max-tokens", "20", "--no-speculative", "--device", "opencl:0"];
        string plain = Dsc.Run("", command).Output, tuned = Dsc.Run("", [.. command, "--tuning", file]).Output;
        Assert.Equal(plain[..plain.LastIndexOf('[')], tuned[..tuned.LastIndexOf('[')]);
        string explained = Dsc.Run("", "explain", "--target", "opencl", "--tuning", file, "--kernel", Kernel, "--show", "schedule").Output;
        Assert.Contains("by the tuning file tokens 8", explained, StringComparison.Ordinal);
        Assert.Contains("target portable-cpu, shape \"192x192 bf16\"): tokens, rows, strip", explained, StringComparison.Ordinal);
        Assert.Contains("device class portable-cpu: 1 thread a group", Dsc.Run("", "explain", "--target", "opencl").Output, StringComparison.Ordinal);
    }

    [OpenClFact]
    public void AFileForAnotherTarget_IsOneSentence()
    {
        var (code, _, error) = Dsc.Run("", "generate", "x", "--device", "opencl:0", "--tuning", Write("cuda-sm80"));
        Assert.Equal(1, code);
        Assert.Contains("measured for cuda-sm80 and has nothing to choose for portable-cpu", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string target)
    {
        string file = _folder["some.tuning.json"], choice = target == "portable-cpu" ? "\"tokens\": 8" : "\"stages\": 3";
        File.WriteAllText(file, $$"""
            { "version": 2, "entries": [
              { "target": "{{target}}", "kernel": "AttentionOutPrefill", "shape": "192x192 bf16", "choice": { {{choice}} } } ] }
            """);
        return file;
    }
}
