using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cli.Tests;

/// <summary>What reads the file of <c>dsc tune</c>.</summary>
public sealed class TuneTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void ATunedModel_SaysTheSame_AndExplainSaysWhy()
    {
        string file = Write("\"tokens\": 5, \"strip\": 32, \"vectors\": 2");
        string[] command = ["generate", "Once upon a time there was a", "--max-tokens", "40", "--no-speculative", "--width", "256"];
        string plain = Dsc.Run("", command).Output, tuned = Dsc.Run("", [.. command, "--tuning", file]).Output;
        Assert.Equal(plain[..plain.LastIndexOf('[')], tuned[..tuned.LastIndexOf('[')]);
        Assert.Contains("by the tuning file tokens 5, vectors 2, strip 32", Dsc.Run("", "explain", "--tuning", file).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("tuning", Dsc.Run("", "explain").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AChoiceThatDoesNotFit_IsOneSentenceWithItsPlace()
    {
        string file = Write("\"tokens\": 9");
        var (code, _, error) = Dsc.Run("", "generate", "x", "--tuning", file);
        Assert.Equal(1, code);
        Assert.Contains($"{file}(2,", error, StringComparison.Ordinal);
        Assert.Contains("registers", error, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatCannotBeRead_IsNotOverwritten()
    {
        string file = _folder["notes.txt"];
        File.WriteAllText(file, "what was noted by hand");
        var (code, output, error) = Dsc.Run("", "tune", "--out", file);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains($"{file}(1,1): The tuning file is not JSON", error, StringComparison.Ordinal);
        Assert.Contains("name another", error, StringComparison.Ordinal);
        Assert.Equal("what was noted by hand", File.ReadAllText(file));
        Assert.Contains("there is no folder", Dsc.Run("", "tune", "--out", _folder["nowhere/x.tuning.json"]).Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string choice)
    {
        string file = _folder["some.tuning.json"];
        File.WriteAllText(file, $$"""
            { "version": 1, "host": [
              { "kernel": "AttentionOutPrefill", "weights": "192x192 bf16", "choice": { {{choice}} } } ] }
            """);
        return file;
    }
}
