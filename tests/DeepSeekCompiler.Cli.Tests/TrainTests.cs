using System.Text.Json;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary><c>dsc train</c>: from text to a model that the other commands run.</summary>
public sealed class TrainTests : IDisposable
{
    private const string Sentence = "The quick brown fox jumps over the lazy dog, and the dog does not mind. ";

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("f32")]
    [InlineData("fp8")]
    public void Text_BecomesAModel_ThatGenerates(string dtype)
    {
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat(Sentence, 200)));
        string config = GoldenFiles.Path("v3-tiny", "config.json"), run = _folder["run"];
        using var json = Train("--config", config, "--data", _folder["text.txt"], "--out", run, "--steps", "30", "--batch", "4", "--length", "48", "--lr", "0.01", "--threads", "2", "--export-dtype", dtype);
        Assert.True(json.RootElement.GetProperty("finished").GetBoolean());
        double loss = json.RootElement.GetProperty("loss").GetDouble();

        // Every sentence is the same: what is not learned yet is far below the ln 512 of the beginning.
        Assert.InRange(loss, 0, 0.5 * Math.Log(512));
        Assert.True(json.RootElement.GetProperty("heldOut").GetProperty("loss").GetDouble() < 0.5 * Math.Log(512));
        foreach (string file in new[] { "report.png", "log.csv", "evaluations.csv", "run.json", "model/config.json", "model/model.safetensors", "model/tokenizer.json" }) Assert.True(new FileInfo(Path.Combine(run, file)).Length > 0, file);
        var (code, output, error) = Dsc.Run("", "generate", "The quick", "--model", Path.Combine(run, "model"), "--max-tokens", "8", "--json");
        Assert.True(code == 0, error);
        using var generated = JsonDocument.Parse(output);
        Assert.NotEmpty(generated.RootElement.GetProperty("tokens").EnumerateArray());
    }

    [Fact]
    public void Stories_GoOn_BitForBit_AndSayHowFarTheyAreFromTheFloor()
    {
        string[] options = ["--steps", "6", "--batch", "2", "--length", "512", "--threads", "2", "--held-out", "2", "--checkpoint-every", "2", "--evaluate-every", "0"];
        using var whole = Train(["--out", _folder["whole"], .. options]);
        Assert.InRange(whole.RootElement.GetProperty("heldOut").GetProperty("floor").GetDouble(), 0.1, 0.5);
        Assert.True(whole.RootElement.GetProperty("drafts").GetInt32() > 0);

        // As if the run had been killed behind its second checkpoint.
        using var cut = Train(["--out", _folder["cut"], .. options]);
        Directory.Delete(Path.Combine(_folder["cut"], "checkpoints", "step-00000006"), recursive: true);
        using var resumed = Train("--out", _folder["cut"], "--resume");
        Assert.Equal(Losses("whole"), Losses("cut"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["whole"], "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder["cut"], "model", "model.safetensors")));
        var (code, _, error) = Dsc.Run("", "train", "--out", _folder["cut"], "--resume", "--lr", "1");
        Assert.Equal(1, code);
        Assert.Contains("--lr", error, StringComparison.Ordinal);
    }

    /// <summary>A folder whose data was refused is no run: the next attempt begins in it.</summary>
    [Fact]
    public void RefusedData_LeavesNoRun()
    {
        string run = _folder["run"], config = GoldenFiles.Path("v3-tiny", "config.json");
        File.WriteAllText(_folder["text.txt"], "Too short.");
        var (code, _, error) = Dsc.Run("", "train", "--config", config, "--data", _folder["text.txt"], "--out", run, "--steps", "1", "--length", "24");
        Assert.Equal(1, code);
        Assert.Contains("fewer than one row", error, StringComparison.Ordinal);
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat(Sentence, 200)));
        using var json = Train("--config", config, "--data", _folder["text.txt"], "--out", run, "--steps", "1", "--batch", "2", "--length", "24", "--threads", "2");
        Assert.True(json.RootElement.GetProperty("finished").GetBoolean());
    }

    [Fact]
    public void Precision_BelongsToTheRun()
    {
        string run = _folder["run"], config = GoldenFiles.Path("v3-tiny", "config.json");
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat(Sentence, 200)));
        using var json = Train("--config", config, "--data", _folder["text.txt"], "--out", run, "--steps", "2", "--batch", "2", "--length", "24", "--threads", "2", "--precision", "fp8");
        Assert.Contains("\"precision\": \"Fp8\"", File.ReadAllText(Path.Combine(run, "run.json")), StringComparison.Ordinal);
        var (code, _, error) = Dsc.Run("", "train", "--out", run, "--resume", "--precision", "bf16");
        Assert.Equal(1, code);
        Assert.Contains("--precision was decided when the run began", error, StringComparison.Ordinal);
        (code, _, error) = Dsc.Run("", "train", "--out", _folder["other"], "--precision", "fp4");
        Assert.Equal(1, code);
        Assert.Contains("There is no training precision fp4; f32, bf16 and fp8 are.", error, StringComparison.Ordinal);
    }

    /// <summary>A small dense model, whose few kernels a driver has soon compiled.</summary>
    [OpenClFact]
    public void ADevice_TrainsAsTheHostDoes()
    {
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Repeat(Sentence, 50)));
        File.WriteAllText(_folder["config.json"], File.ReadAllText(GoldenFiles.Path("v3-tiny", "config.json"))
            .Replace("\"first_k_dense_replace\": 1", "\"first_k_dense_replace\": 4", StringComparison.Ordinal).Replace("\"q_lora_rank\": 72", "\"q_lora_rank\": null", StringComparison.Ordinal));
        string[] options = ["--config", _folder["config.json"], "--data", _folder["text.txt"], "--steps", "3", "--batch", "2", "--length", "32", "--threads", "1"];
        using var host = Train(["--out", _folder["host"], .. options]);
        using var device = Train(["--out", _folder["device"], "--device", "opencl:0", .. options]);
        Assert.Equal(host.RootElement.GetProperty("loss").GetDouble(), device.RootElement.GetProperty("loss").GetDouble(), Tolerances.DeviceRun);
        Assert.Equal(host.RootElement.GetProperty("heldOut").GetProperty("loss").GetDouble(), device.RootElement.GetProperty("heldOut").GetProperty("loss").GetDouble(), Tolerances.DeviceRun);
        Assert.False(device.RootElement.TryGetProperty("shareOfPeak", out _));
        var (code, _, error) = Dsc.Run("", "train", "--out", _folder["device"], "--resume", "--device", "host");
        Assert.Equal(1, code);
        Assert.Contains("--device", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static JsonDocument Train(params string[] options)
    {
        var (code, output, error) = Dsc.Run("", ["train", "--json", .. options]);
        Assert.True(code == 0, error);
        return JsonDocument.Parse(output);
    }

    private string[] Losses(string run) => [.. File.ReadAllLines(Path.Combine(_folder[run], "log.csv")).Select(l => l[..l.LastIndexOf(',')])];
}
