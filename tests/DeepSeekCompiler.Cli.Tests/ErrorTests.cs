using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary>Bad input gives one sentence on standard error and a non-zero exit, never a stack trace.</summary>
public sealed class ErrorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("generate x --frob", "--frob")]
    [InlineData("generate x --model /nowhere", "/nowhere")]
    [InlineData("generate x --temperature NaN", "temperature")]
    [InlineData("generate x --temperature -1", "temperature")]
    [InlineData("generate x --top-p 0", "top-p")]
    [InlineData("generate x --top-k -3", "top-k")]
    [InlineData("generate x --max-tokens 0", "--max-tokens")]
    [InlineData("generate x --threads 0", "threads")]
    [InlineData("generate x --threads -1", "threads")]
    [InlineData("generate x --device cuda:0", "cuda:0")]
    [InlineData("generate x --device opencl:99", "opencl:99")]
    [InlineData("generate x --device vulkan:0", "vulkan:0")]
    [InlineData("generate x --width 300", "300")]
    [InlineData("generate x --fp8 maybe", "maybe")]
    [InlineData("generate x --cache f64", "f64")]
    [InlineData("explain DeepSeekV3 --cache i16 --target cuda", "I16")]
    [InlineData("generate x --context 100000", "100000")]
    [InlineData("generate x --context 1", "context")]
    [InlineData("logits --tokens 1,x --out @", "x")]
    [InlineData("logits --tokens 1,5000 --out @", "5000")]
    [InlineData("logits --tokens -1 --out @", "-1")]
    [InlineData("logits --tokens 1 --out /nowhere/at/all", "/nowhere/at/all")]
    [InlineData("logits --tokens 1", "--out")]
    [InlineData("tokenize", "text")]
    [InlineData("tokenize --file /nowhere.json", "/nowhere.json")]
    [InlineData("recipe --config /nowhere.json --out @", "/nowhere.json")]
    [InlineData("train", "--out")]
    [InlineData("train --out @ --steps 0", "Steps")]
    [InlineData("train --out @ --lr NaN", "LearningRate")]
    [InlineData("train --out @ --device cuda:0", "cuda:0")]
    [InlineData("train --out @ --length 1", "Length")]
    [InlineData("train --out @ --rows sideways", "sideways")]
    [InlineData("train --out @ --rows packed", "packed")]
    [InlineData("train --out @ --held-out 0", "--held-out")]
    [InlineData("train --out @ --export-dtype f64", "f64")]
    [InlineData("train --out @ --config /nowhere.json", "/nowhere.json")]
    [InlineData("train --out @ --model /nowhere", "/nowhere")]
    [InlineData("train --out @ --model /nowhere --config /nowhere.json", "--model")]
    [InlineData("train --out @ --data /nowhere", "/nowhere")]
    [InlineData("train --out @ --tokenizer /nowhere", "/nowhere")]
    [InlineData("train --out @ --resume", "no run")]
    [InlineData("explain NoSuchModel", "NoSuchModel")]
    [InlineData("explain DeepSeekV3 --kernel nothing", "nothing")]
    [InlineData("explain DeepSeekV3 --kernel nothing --json", "nothing")]
    [InlineData("bench --tokens 0", "--tokens")]
    [InlineData("tune --out @ --budget 0", "--budget")]
    [InlineData("tune --out @ --device opencl:99", "opencl:99")]
    [InlineData("generate x --tuning /nowhere.json", "/nowhere.json")]
    public void BadInput_GivesOneSentence(string line, string culprit)
    {
        var (code, _, error) = Dsc.Run("", line.Split(' ').Select(a => a == "@" ? _folder["out"] : a).ToArray());
        Assert.NotEqual(0, code);
        Assert.Contains(culprit, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [OpenClFact]
    public void LoaderWithoutDrivers_IsSaid()
    {
        var nothing = new Dictionary<string, string?> { ["OCL_ICD_VENDORS"] = _folder.Path };
        var (code, _, error) = Dsc.Run("", nothing, "generate", "x", "--device", "opencl:0");
        Assert.Equal(1, code);
        Assert.Contains("offers no device", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var devices = Dsc.Run("", nothing, "devices");
        Assert.Equal(0, devices.Code);
        Assert.DoesNotContain("opencl:", devices.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "config.json")]
    [InlineData("not json", "config.json")]
    [InlineData("[]", "config.json")]
    [InlineData("{\"model_type\": \"gpt2\"}", "gpt2")]
    public void HostileConfiguration_GivesOneSentence(string config, string culprit)
    {
        File.WriteAllText(_folder["config.json"], config);
        File.WriteAllText(_folder["model.safetensors"], "short");
        var (code, _, error) = Dsc.Run("", "logits", "--model", _folder.Path, "--tokens", "1", "--out", _folder["out"]);
        Assert.Equal(1, code);
        Assert.Contains(culprit, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => _folder.Dispose();
}
