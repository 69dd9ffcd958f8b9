using System.CommandLine;
using DeepSeekCompiler.Runtime.Generation;

namespace DeepSeekCompiler.Cli;

/// <summary>Options of commands that generate text.</summary>
internal sealed class SamplingArguments
{
    private readonly Option<int> _maxTokens = new("--max-tokens") { Description = "Most tokens to generate.", DefaultValueFactory = _ => 256 };
    private readonly Option<float> _temperature = new("--temperature") { Description = "0 (default) takes the best token, so that runs repeat; larger is bolder." };
    private readonly Option<float> _topP = new("--top-p") { Description = "Only the best tokens that together have this probability.", DefaultValueFactory = _ => 1f };
    private readonly Option<int> _topK = new("--top-k") { Description = "Only this many best tokens; 0 for all." };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the draws." };
    private readonly Option<bool> _plain = new("--no-speculative") { Description = "Without the model's MTP module as a draft." };
    private readonly Option<int> _depth = DraftDepth();
    private readonly Option<int?> _context = new("--context") { Description = "Longest context in tokens; default: what the model is declared for, at most 4096." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _maxTokens, _temperature, _topP, _topK, _seed, _plain, _depth, _context }) command.Options.Add(option);
    }

    public GenerationOptions Options(ParseResult parsed, IReadOnlyList<int> stops)
    {
        int most = parsed.GetValue(_maxTokens);
        if (most < 1) throw new UserException($"--max-tokens {most} generates nothing; give 1 or more.");
        var sampling = new SamplingOptions { Temperature = parsed.GetValue(_temperature), TopP = parsed.GetValue(_topP), TopK = parsed.GetValue(_topK), Seed = parsed.GetValue(_seed) };
        var options = new GenerationOptions { Sampling = sampling, MaxTokens = most, StopTokens = stops, Speculative = !parsed.GetValue(_plain), DraftDepth = parsed.GetValue(_depth) };
        options.Check();
        return options;
    }

    /// <summary>How deep to draft; generation refuses what has no meaning.</summary>
    public static Option<int> DraftDepth() => new("--draft-depth") { Description = "Drafts of a speculative step; 0 (default) for as many as are worth their time, judged again at every step." };

    /// <param name="parsed">The command line.</param>
    /// <param name="positions">That the model is declared for.</param>
    public int Context(ParseResult parsed, int positions)
    {
        if (parsed.GetValue(_context) is not { } context) return Math.Min(positions, 4096);
        if (context < 1) throw new UserException($"--context {context} has no meaning; give the number of tokens.");
        return context <= positions ? context : throw new UserException($"--context {context} is longer than the {positions} positions that the model is declared for.");
    }
}
