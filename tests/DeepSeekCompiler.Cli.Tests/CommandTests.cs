using System.Runtime.InteropServices;
using System.Text.Json;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary>What the commands do when they are used well.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Generate_ContinuesTheGoldenPrompt_WithAndWithoutDrafts()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Folder, "..", "story-model", "golden.json")));
        var prompt = golden.RootElement.GetProperty("prompts")[0];
        string expected = prompt.GetProperty("greedy_text").GetString()!;
        foreach (string[] option in new string[][] { [], ["--no-speculative"] })
        {
            var (code, output, error) = Dsc.Run("", ["generate", prompt.GetProperty("text").GetString()!, "--max-tokens", "64", "--json", .. option]);
            Assert.True(code == 0, error);
            using var json = JsonDocument.Parse(output);
            Assert.Equal(expected, json.RootElement.GetProperty("text").GetString());
        }
    }

    [OpenClFact]
    public void Generate_OnOpenCl_TellsTheSameStoryAsTheHost()
    {
        string[] command = ["generate", "Once upon a time", "--max-tokens", "100"];
        var stories = new[] { command, [.. command, "--device", "opencl:0"] }.Select(arguments =>
        {
            var (code, output, error) = Dsc.Run("", arguments);
            Assert.True(code == 0, error);
            return output[..output.LastIndexOf('[')];
        }).ToArray();
        Assert.StartsWith("Once upon a time", stories[0], StringComparison.Ordinal);
        Assert.Equal(stories[0], stories[1]);
    }

    [OpenClFact]
    public void Devices_ShowsEveryDevice_AndWhetherItIsRefused()
    {
        var (code, output, error) = Dsc.Run("", "devices", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        var device = json.RootElement.EnumerateArray().First(d => d.GetProperty("device").GetString() == "opencl:0");
        Assert.NotEqual(0, device.GetProperty("memoryBytes").GetInt64());
        Assert.True(device.TryGetProperty("refusal", out _));
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("bf16")]
    [InlineData("fp8")]
    public void Recipe_MakesAFolderThatRuns_AndDecodeAgreesWithPrefill(string dtype)
    {
        string model = _folder["model"];
        Assert.Equal(0, Dsc.Run("", "recipe", "--config", GoldenFiles.Path("v3-tiny", "config.json"), "--seed", "5", "--out", model, "--dtype", dtype).Code);
        var files = new[] { _folder["prefill"], _folder["decode"] };
        Assert.Equal(0, Dsc.Run("", "logits", "--model", model, "--tokens", "1,2,3,4,5,6", "--out", files[0]).Code);
        Assert.Equal(0, Dsc.Run("", "logits", "--model", model, "--tokens", "1,2,3,4,5,6", "--out", files[1], "--decode").Code);
        var logits = files.Select(f => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(f)).ToArray()).ToArray();
        Assert.Equal(6 * 512, logits[0].Length);
        for (int i = 0; i < logits[0].Length; i++) Assert.True(Math.Abs(logits[0][i] - logits[1][i]) < 1e-4f);
    }

    /// <summary>What is no file is written to, not replaced by one.</summary>
    [Fact]
    public async Task Logits_GoIntoAPipe()
    {
        if (OperatingSystem.IsWindows()) return;
        string pipe = _folder["pipe"];
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe])) await make.WaitForExitAsync();
        var read = Task.Run(() => File.OpenRead(pipe).ReadAtLeast(new byte[3 * 1024 * sizeof(float)], 2 * 1024 * sizeof(float)));
        var (code, _, error) = Dsc.Run("", "logits", "--tokens", "1,2", "--out", pipe);
        Assert.True(code == 0, error);
        Assert.Equal(2 * 1024 * sizeof(float), await read.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Align_SaysInJson_WhatItCopied()
    {
        string model = _folder["model"], copy = _folder["copy"];
        Assert.Equal(0, Dsc.Run("", "recipe", "--config", GoldenFiles.Path("v3-tiny", "config.json"), "--out", model).Code);
        using var json = JsonDocument.Parse(Dsc.Run("", "align", "--model", model, "--out", copy, "--json").Output);
        Assert.Equal(copy, json.RootElement.GetProperty("out").GetString());
        Assert.True(json.RootElement.GetProperty("tensors").GetInt32() > 0);
        // Only tensors that are no whole number of lines begin within one.
        Assert.InRange(json.RootElement.GetProperty("withinLines").GetDouble(), 0, 0.01);
    }

    [Fact]
    public void Explain_KnowsTheCatalogue()
    {
        var (code, output, error) = Dsc.Run("", "explain", "DeepSeekV3", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(671, Math.Round(json.RootElement.GetProperty("cost").GetProperty("parameters").GetInt64() / 1e9));
        Assert.NotEmpty(json.RootElement.GetProperty("kernels").EnumerateArray());
    }

    [Fact]
    public void Devices_Chat_AndTokenize_Answer()
    {
        Assert.Contains("host", Dsc.Run("", "devices", "--json").Output, StringComparison.Ordinal);
        var (code, output, error) = Dsc.Run("Tell me a story about a fox named Tom.\nWhat was the weather like?\n/exit\n", "chat", "--max-tokens", "300");
        Assert.True(code == 0, error);

        // The story says how the morning was, and the answer knows it: the cache is kept between turns.
        Assert.Contains("Once upon a time", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split("It was a rainy morning.").Length - 1);
        Assert.EndsWith("It was a rainy morning.", output.TrimEnd(), StringComparison.Ordinal);
        File.WriteAllText(_folder["texts.json"], "[\"Once upon a time\", \"\"]");
        using var ids = JsonDocument.Parse(Dsc.Run("", "tokenize", "--file", _folder["texts.json"], "--json").Output);
        Assert.Equal([640, 641, 261, 424], ids.RootElement[0].EnumerateArray().Select(e => e.GetInt32()));
        Assert.Empty(ids.RootElement[1].EnumerateArray());
    }

    public void Dispose() => _folder.Dispose();
}
