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
    [InlineData("generate x --width wide", "\"wide\" is no value for --width, which takes a whole number")]
    [InlineData("generate x --temperature high", "which takes a number")]
    [InlineData("generate x --temperature 1,5", "\"1,5\" is no value for --temperature")]
    [InlineData("generate x --threads 1 --threads 2", "--threads was given more than once")]
    [InlineData("generate x --threads", "--threads needs a value")]
    [InlineData("generate x --model ", "--model was given an empty value")]
    [InlineData("generate Once upon a time", "\"upon\" is no command, argument or option here. A text of several words needs quotes around it. See dsc generate --help.")]
    [InlineData("generate x --draft-depth 16", "16 drafts")]
    [InlineData("generate x --context 0", "--context 0")]
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
    [InlineData("logits --tokens 1 --out /", "/ is a folder")]
    [InlineData("tokenize", "text")]
    [InlineData("tokenize --file /nowhere.json", "/nowhere.json")]
    [InlineData("recipe --config /nowhere.json --out @", "/nowhere.json")]
    [InlineData("recipe --config / --out @", "/ is a folder")]
    [InlineData("train", "--out")]
    [InlineData("train --out @ --steps 0", "--steps is 0")]
    [InlineData("train --out @ --lr NaN", "--lr is NaN")]
    [InlineData("train --out @ --threads 100000", "100000 threads")]
    [InlineData("train --out /dev/null", "/dev/null cannot be made a folder")]
    [InlineData("lab --out /dev/null", "/dev/null cannot be made a folder")]
    [InlineData("train --out @ --device cuda:0", "cuda:0")]
    [InlineData("train --out @ --length 1", "--length is 1")]
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
    [InlineData("bench --draft-depth 16", "16 drafts")]
    [InlineData("bench --plot /nowhere/x.png", "no folder /nowhere")]
    [InlineData("bench --batch 4", "--batch is for --training")]
    [InlineData("bench --training --prefill 8", "--prefill has no meaning with --training")]
    [InlineData("bench --training --batch 0", "--batch 0")]
    [InlineData("bench --training --length 2", "3 to 4096")]
    [InlineData("bench --training --threads 0", "0 threads")]
    [InlineData("tune --out @ --budget 0", "--budget")]
    [InlineData("tune --out @ --device opencl:99", "opencl:99")]
    [InlineData("generate x --tuning /nowhere.json", "/nowhere.json")]
    public void BadInput_GivesOneSentence(string line, string culprit)
    {
        var (code, output, error) = Dsc.Run("", line.Split(' ').Select(a => a == "@" ? _folder["out"] : a).ToArray());
        Assert.NotEqual(0, code);
        Assert.Equal("", output);
        Assert.Contains(culprit, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", error, StringComparison.Ordinal);
        Assert.DoesNotContain("should not", error, StringComparison.Ordinal);
    }

    /// <summary>The default of an option asks for it too, before any command runs.</summary>
    [Fact]
    public void AVectorWidthThatIsNone_IsSaid()
    {
        var (code, _, error) = Dsc.Run("", new Dictionary<string, string?> { ["DSC_VECTOR"] = "300" }, "explain", "--help");
        Assert.Equal((1, "dsc: The environment variable DSC_VECTOR is '300'; it must be 512, 256, 128, or 0 for scalar code."), (code, error.Trim()));
    }

    [Fact]
    public void ARecipe_DoesNotOverwriteAModelThatCameFromElsewhere()
    {
        File.WriteAllText(_folder["tokenizer.json"], "{}");
        File.WriteAllText(_folder["model.safetensors"], "weights");
        var (code, _, error) = Dsc.Run("", "recipe", "--config", GoldenFiles.Path("v3-tiny", "config.json"), "--out", _folder.Path);
        Assert.Equal(1, code);
        Assert.Contains("would be overwritten", error, StringComparison.Ordinal);
        Assert.Equal("weights", File.ReadAllText(_folder["model.safetensors"]));
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
