using System.CommandLine;
using System.Globalization;
using DeepSeekCompiler.Peers;
using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Peers.Measurement;
using DeepSeekCompiler.Peers.Report;
using DeepSeekCompiler.Runtime.Checkpoints;

var config = new Option<string>("--config") { Description = "config.json of the model.", DefaultValueFactory = _ => "benchmarks/models/recipe-0.7b.json" };
var prefill = new Option<string>("--prefill") { Description = "Prompt lengths; empty for none.", DefaultValueFactory = _ => "128,512" };
var decodeAt = new Option<string>("--decode-at") { Description = "Contexts at which decode is timed; empty for none.", DefaultValueFactory = _ => "16,512,4096" };
var tokens = new Option<int>("--tokens") { Description = "Tokens of a decode run.", DefaultValueFactory = _ => 32 };
var repetitions = new Option<int>("--repetitions") { Description = "Rounds of a case.", DefaultValueFactory = _ => 5 };
var threads = new Option<int>("--threads") { Description = "Threads of every contender.", DefaultValueFactory = _ => Environment.ProcessorCount };
var contenders = new Option<string>("--contenders") { Description = "Who takes part, of " + string.Join(", ", ContenderList.Names) + ".", DefaultValueFactory = _ => ContenderList.Default };
var cache = new Option<string>("--cache") { Description = "Format of our KV cache: f32, bf16 or i16.", DefaultValueFactory = _ => "f32" };
var work = new Option<string>("--work") { Description = "Folder where checkpoints, GGUF files and llama.cpp are kept.", DefaultValueFactory = _ => ".cache/peers" };
var json = new Option<string?>("--json") { Description = "File for all results." };
var merge = new Option<string[]>("--merge") { Description = "Times nothing: prints the cases of these JSON files as one table.", AllowMultipleArgumentsPerToken = true };
var contender = new Option<string?>("--contender") { Hidden = true };
var command = new RootCommand("Times the same model here, in llama.cpp and in TorchSharp, in turns.")
{
    config, prefill, decodeAt, tokens, repetitions, threads, contenders, cache, work, json, merge, contender,
};
command.SetAction(parsed =>
{
    if (parsed.GetValue(contender) is not null) return ContenderLoop.Run(Console.In, Console.Out, ContenderList.Open);
    try
    {
        var run = parsed.GetValue(merge) is { Length: > 0 } files ? RunResult.Merge([.. files.Select(RunResult.Load)]) : Measure(new Options(
            parsed.GetValue(config)!, Numbers(parsed.GetValue(prefill)!), Numbers(parsed.GetValue(decodeAt)!), parsed.GetValue(tokens), parsed.GetValue(repetitions),
            parsed.GetValue(threads), Words(parsed.GetValue(contenders)!), parsed.GetValue(cache)!, parsed.GetValue(work)!, parsed.GetValue(json)));
        if (parsed.GetValue(json) is { } file) run.Save(file);
        new ResultTable(run, Console.Out).Print();
        return run.Contenders.All(c => c.Failure is null) ? 0 : 2;
    }
    catch (Exception e) when (e is PeerException or CheckpointException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine("dsc-peers: " + e.Message);
        return 1;
    }
});
return command.Parse(args).Invoke();

static RunResult Measure(Options options)
{
    options.Check();
    using var competition = new Competition(options);
    return competition.Run();
}

static string[] Words(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

static int[] Numbers(string list) =>
    [.. Words(list).Select(word => int.TryParse(word, CultureInfo.InvariantCulture, out int number) ? number : throw new PeerException($"{word} is no whole number."))];
