using System.Text.Json;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary><c>dsc lab</c>: variants side by side, from one command.</summary>
public sealed class LabTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Variants_AreTrainedAlike_AndCompared()
    {
        var (code, output, error) = Dsc.Run("", "lab", "--out", _folder["lab"], "--steps", "4", "--seeds", "2", "--only", "objective", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        var runs = json.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(["MLA, bias, MTP", "MLA, bias, MTP", "next token alone", "next token alone"], runs.Select(r => r.GetProperty("variant").GetString()));

        // Seeds differ in weights and data, so no two losses are the same; without a module there is no second loss and fewer numbers.
        Assert.Equal(4, runs.Select(r => r.GetProperty("loss").GetDouble()).Distinct().Count());
        Assert.All(runs, r => Assert.InRange(r.GetProperty("loss").GetDouble(), json.RootElement.GetProperty("floor").GetDouble(), Math.Log(1024) + 0.5));
        Assert.Equal([true, true, false, false], runs.Select(r => r.GetProperty("mtpLoss").GetDouble() > 0));
        Assert.True(runs[2].GetProperty("parameters").GetInt64() < runs[0].GetProperty("parameters").GetInt64());
        Assert.Equal(2 + 2, File.ReadAllLines(Path.Combine(_folder["lab"], "lab.md")).Length);
        Assert.Equal(1 + (4 * 4), File.ReadAllLines(Path.Combine(_folder["lab"], "lab.csv")).Length);
        Assert.True(new FileInfo(Path.Combine(_folder["lab"], "lab.png")).Length > 0);
    }

    [Theory]
    [InlineData("--only", "attentoin", "attention, routing, objective")]
    [InlineData("--steps", "0", "1 or more")]
    [InlineData("--threads", "-1", "1 to 1024")]
    public void BadArguments_GetOneSentence(string option, string value, string advice)
    {
        var (code, _, error) = Dsc.Run("", "lab", "--out", _folder["lab"], option, value);
        Assert.Equal(1, code);
        Assert.Contains(advice, error, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Trim(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["lab"]));
    }

    public void Dispose() => _folder.Dispose();
}
