using System.Diagnostics;
using DeepSeekCompiler.Peers.Measurement;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Peers.Tests;

/// <summary>The command as a process, with its contenders as processes of their own.</summary>
public sealed class CommandTests
{
    [Fact]
    public void Contenders_take_turns_and_one_that_cannot_is_a_sentence()
    {
        using var folder = new TempFolder();
        string json = folder["run.json"];
        (int code, string output, string errors) = Run(folder, "--config", TinyModel.Write(folder.Path), "--work", folder["work"], "--contenders", "dsc-bf16,llama-q8_0",
            "--prefill", "20", "--decode-at", "40,8", "--tokens", "3", "--repetitions", "2", "--threads", "2", "--json", json);
        Assert.True(code == 2, errors);
        Assert.Contains("- llama-q8_0: There is no npm, which gets @node-llama-cpp/linux-x64.", output);
        var run = RunResult.Load(json);
        Assert.Equal(["prefill 20", "decode at 8", "decode at 40"], run.Cases.Select(c => c.Case.Name));
        Assert.All(run.Cases.SelectMany(c => c.Rounds), r => Assert.Equal(["dsc-bf16"], r.Seconds.Keys));
        Assert.All(run.Cases, c => Assert.Equal(2, c.Rounds.Count));
        Assert.Contains("| case | contender |", output);
    }

    [Fact]
    public void Bad_input_is_one_sentence()
    {
        using var folder = new TempFolder();
        (int code, string output, string errors) = Run(folder, "--config", TinyModel.Write(folder.Path), "--work", folder["work"], "--prefill", "12,x");
        Assert.Equal((1, "", "dsc-peers: x is no whole number."), (code, output, errors.TrimEnd()));
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_before_anything_begins()
    {
        using var folder = new TempFolder();
        var good = new Options(TinyModel.Write(folder.Path), [8], [8], 1, 1, 1, ["dsc-bf16"], "f32", folder["work"], null);
        good.Check();
        void Refused(Options options, string sentence) => Assert.Equal(sentence, Assert.Throws<PeerException>(options.Check).Message);

        Refused(good with { Contenders = ["dsc-bf16", "onnx"] }, "There is no contender onnx; there are dsc-bf16, dsc-fp8, dsc-fp8-head, llama-bf16, llama-q8_0, torch-bf16, torch-f32.");
        Refused(good with { Contenders = ["llama-bf16"] }, "--contenders lacks dsc-bf16, with which all are compared.");
        Refused(good with { DecodeAt = [0] }, "Prompt lengths and contexts are 1 or more.");
        Refused(good with { Prefill = [], DecodeAt = [] }, "--prefill and --decode-at are both empty; nothing is left to time.");
        Refused(good with { Tokens = 0 }, "--tokens 0 measures nothing; give 1 or more.");
        Refused(good with { Threads = 0 }, "--threads 0 cannot work; give 1 to 1024.");
        Refused(good with { Cache = "fp8" }, "There is no cache format fp8; f32, bf16 and i16 are.");
        Refused(good with { Config = "nowhere.json" }, "--config: there is no file nowhere.json.");
        Assert.Equal("nowhere.json is no result of a run:", Assert.Throws<PeerException>(() => RunResult.Load("nowhere.json")).Message[..35]);
        Assert.Throws<PeerException>(() => new Competition(good with { DecodeAt = [128] }));
    }

    // Without a path there is no npm, wherever the tests run.
    private static (int Code, string Output, string Errors) Run(TempFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments.Prepend(typeof(RunResult).Assembly.Location)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = "";
        start.Environment["DSC_CACHE"] = folder["compiled"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
