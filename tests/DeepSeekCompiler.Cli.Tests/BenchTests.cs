using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary><c>dsc bench</c>: what it says about kernels, and that it notices what has become slower. How fast anything is is not asked.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] s_small = ["bench", "--prefill", "8", "--decode-at", "4", "--tokens", "4", "--kernels"];

    private readonly TempFolder _folder = new();

    [Fact]
    public void Kernels_SayWhatTheyDid_AndTheBaselineSeesASlowerOne()
    {
        string plot = _folder["roof.png"];
        var (code, output, error) = Dsc.Run("", [.. s_small, "--json", "--plot", plot]);
        Assert.True(code == 0, error);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(plot)[..4]);
        var json = JsonNode.Parse(output)!;
        foreach (var figure in new[] { json["prefill"]![0]!, json["decode"]![0]! })
        {
            var kernels = figure["kernels"]!.AsArray();
            Assert.NotEmpty(kernels);
            foreach (var kernel in kernels) CheckKernel(kernel!, json["limits"]!);
        }

        // An earlier run, a thousand times as slow, but for one kernel that was a thousand times as fast.
        Rescale(json, 1000);
        Assert.Equal(0, Against(json).Code);
        var longest = json["decode"]![0]!["kernels"]![0]!;
        Scale(longest["microseconds"]!, 1e-6);
        var slower = Against(json);
        Assert.Equal(1, slower.Code);
        Assert.Contains($"{longest["name"]} of decode at 4", slower.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("of prefill", slower.Error, StringComparison.Ordinal);
    }

    /// <summary>The sample model has 512 positions: fewer than the usual contexts and a decode run behind them.</summary>
    [Theory]
    [InlineData("", "128,512", "16,448")]
    [InlineData("--tokens 500 --speculative 300", "128,512", "12")]
    [InlineData("--decode-at 8,510 --prefill 16", "16", "8,510")]
    public void WhatIsNotAskedFor_FitsTheModel(string options, string prompts, string contexts)
    {
        var (code, output, error) = Dsc.Run("", ["bench", "--json", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(code == 0, error);
        var json = JsonNode.Parse(output)!;
        Assert.Equal(prompts, string.Join(',', json["prefill"]!.AsArray().Select(f => f!["tokens"]!)));
        Assert.Equal(contexts, string.Join(',', json["decode"]!.AsArray().Select(f => f!["context"]!)));
    }

    [Theory]
    [InlineData("--prefill 8,513", "--prefill 513 needs more than the 512 positions")]
    [InlineData("--decode-at 512", "--decode-at 512 needs more")]
    [InlineData("--tokens 512", "--tokens 512 needs more")]
    [InlineData("--decode-at 16,500 --tokens 13", "--decode-at 500 with --tokens 13 needs more")]
    [InlineData("--prefill x", "\"x\" in --prefill is no number of tokens")]
    [InlineData("--decode-at 0", "\"0\" in --decode-at is no number of tokens")]
    public void WhatIsAskedFor_FitsOrIsRefused(string options, string sentence)
    {
        var (code, _, error) = Dsc.Run("", ["bench", .. options.Split(' ')]);
        Assert.Equal(1, code);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_SaysKernelsAndWidthInJson()
    {
        var (code, output, error) = Dsc.Run("", "bench", "--training", "--model", GoldenFiles.Path("v3-tiny", "."), "--batch", "1", "--length", "8", "--kernels", "--json");
        Assert.True(code == 0, error);
        var json = JsonNode.Parse(output)!;
        Assert.Contains(json["vectorWidth"]!.GetValue<int>(), new[] { 512, 256, 128, 0 });
        Assert.NotEmpty(json["kernels"]!.AsArray());
    }

    [OpenClFact]
    public void ADevice_IsNotHeldAgainstTheHost()
    {
        string[] onDevice = ["bench", "--prefill", "8", "--decode-at", "4", "--tokens", "4", "--device", "opencl"];
        var (code, output, error) = Dsc.Run("", [.. onDevice, "--json"]);
        Assert.True(code == 0, error);
        var json = JsonNode.Parse(output)!;
        Assert.StartsWith("opencl:", json["device"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(json["limits"]);
        Assert.Null(json["prefill"]![0]!["shareOfPeak"]);
        Assert.NotNull(json["decode"]![0]!["weightGBs"]);
        var refused = Dsc.Run("", [.. onDevice, "--kernels"]);
        Assert.Equal(1, refused.Code);
        Assert.Contains("benchmarks/gpu", refused.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void CheckKernel(JsonNode kernel, JsonNode limits)
    {
        double us = kernel["microseconds"]!["median"]!.GetValue<double>(), flops = kernel["flops"]!.GetValue<double>(), bytes = kernel["bytes"]!.GetValue<double>();
        double arithmetic = flops / limits["fmaGflops"]!.GetValue<double>() / 1e3, memory = bytes / limits["readGBs"]!.GetValue<double>() / 1e3;
        Assert.True(kernel["calls"]!.GetValue<double>() >= 1 && bytes > 0, kernel.ToJsonString());
        Assert.Equal(arithmetic > memory ? "arithmetic" : "memory", kernel["bound"]!.GetValue<string>());
        // Microseconds are rounded to hundredths.
        Assert.InRange(kernel["shareOfBound"]!.GetValue<double>() * us, 0, Math.Max(arithmetic, memory) * 1.02 + (0.02 * kernel["shareOfBound"]!.GetValue<double>()) + 0.01);
    }

    private (int Code, string Error) Against(JsonNode baseline)
    {
        string file = _folder["baseline.json"];
        File.WriteAllText(file, baseline.ToJsonString());
        var (code, _, error) = Dsc.Run("", [.. s_small, "--baseline", file, "--threshold", "50"]);
        return (code, error);
    }

    private static void Rescale(JsonNode json, double factor)
    {
        foreach (var figure in new[] { json["prefill"]![0]!, json["decode"]![0]! })
        {
            Scale(figure["tokensPerSecond"]!, 1 / factor);
            foreach (var kernel in figure["kernels"]!.AsArray()) Scale(kernel!["microseconds"]!, factor);
        }
    }

    private static void Scale(JsonNode figure, double factor)
    {
        foreach (string name in new[] { "median", "min", "max" }) figure[name] = figure[name]!.GetValue<double>() * factor;
    }
}
