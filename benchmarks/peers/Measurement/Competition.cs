using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Peers.Materials;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>Starts all contenders, compares their logits, and times those that agree, in turns.</summary>
internal sealed class Competition : IDisposable
{
    // What a contender's threads still do when it has answered is over by then.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(60);

    private readonly Options _options;
    private readonly WorkFolder _work, _firstLayers;
    private readonly List<(ContenderResult Result, ContenderProcess Process)> _running = [];
    private readonly List<ContenderResult> _contenders = [];
    private readonly int[] _tokens;
    private long _activeParameters;

    public Competition(Options options)
    {
        _options = options;
        _work = new WorkFolder(options.Work, options.Config);
        _firstLayers = _work.FirstLayers();
        int longest = options.Cases.Select(c => c.Longest).Append(LogitError.Prompts.Max() + LogitError.Steps).Max();
        if (longest > _work.Spec.MaxPositionEmbeddings) throw new PeerException($"{longest} tokens are more than the {_work.Spec.MaxPositionEmbeddings} positions that the model is declared for.");
        _tokens = ModelBench.Tokens(_work.Spec.VocabSize, longest);
    }

    /// <exception cref="PeerException">The reference itself does not run.</exception>
    public RunResult Run()
    {
        var started = DateTime.UtcNow;
        foreach (string name in _options.Contenders.OrderByDescending(n => n == ContenderList.Reference)) Admit(name);
        if (_contenders[0].Failure is { } failure) throw new PeerException($"{ContenderList.Reference} does not run: {failure}");
        string model = FormattableString.Invariant($"{_work.Name}: {_activeParameters / 1e6:F0} M active parameters, {_work.Spec.NumHiddenLayers} layers");
        var run = new RunResult(started, Machine.Describe(), _options.Threads, model, _contenders, []);
        foreach (var what in _options.Cases)
        {
            run.Cases.Add(Time(what));

            // A run that is stopped keeps the cases that it has.
            if (_options.Json is { } file) run.Save(file);
        }

        return run;
    }

    public void Dispose()
    {
        foreach (var (_, process) in _running) process.Dispose();
    }

    private void Admit(string name)
    {
        var result = new ContenderResult(name);
        _contenders.Add(result);
        ContenderProcess? process = null;
        try
        {
            Console.Error.WriteLine($"opening {name}");
            if (_firstLayers != _work)
            {
                using var small = Open(result, _firstLayers, out _);
                result.FirstLayers = Compare(name, _firstLayers, small, ContenderList.Tolerance(name));
            }

            process = Open(result, _work, out var facts);
            (result.Description, result.ActiveBytes) = (facts.Description, facts.ActiveBytes);
            if (name == ContenderList.Reference) _activeParameters = facts.ActiveParameters;
            result.Whole = Compare(name, _work, process, _firstLayers == _work ? ContenderList.Tolerance(name) : ContenderList.WholeTolerance);
            _running.Add((result, process));
        }
        catch (Exception e) when (e is PeerException or IOException or UnauthorizedAccessException or InvalidDataException or Runtime.Checkpoints.CheckpointException)
        {
            result.Failure = e.Message;
            process?.Dispose();
        }
    }

    private ContenderProcess Open(ContenderResult result, WorkFolder work, out ContenderFacts facts)
    {
        var process = ContenderList.Start(result.Name, work, _options, _tokens, out long activeBytes);
        try
        {
            facts = process.Ask(new Request(Verb.Open) { Setup = process.Setup }).Facts!;
            if (activeBytes > 0) facts = facts with { ActiveBytes = activeBytes };
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private static LogitError? Compare(string name, WorkFolder work, ContenderProcess process, double tolerance)
    {
        string reference = work.Scratch($"logits-{ContenderList.Reference}.bin"), file = work.Scratch($"logits-{name}.bin");
        process.Ask(LogitError.Request(file));
        if (name == ContenderList.Reference) return null;
        var error = LogitError.Compare(File.ReadAllBytes(reference), File.ReadAllBytes(file));
        return error.Within(tolerance) ? error : throw new PeerException(FormattableString.Invariant(
            $"Not comparable: its logits of {work.Spec.NumHiddenLayers} layers are {error} from {ContenderList.Reference}'s, {100 * tolerance:F0} % are allowed."));
    }

    private CaseResult Time(BenchCase what)
    {
        Console.Error.WriteLine($"timing {what.Name}");
        var settings = new Dictionary<string, string>();
        Each((result, process) =>
        {
            string chosen = process.Ask(new Request(Verb.Warm) { Case = what }).Settings;
            if (chosen.Length > 0) settings[result.Name] = chosen;
        });
        var rounds = new List<Round>();
        for (int i = 0; i < _options.Repetitions; i++)
        {
            var seconds = new Dictionary<string, double>();
            var limits = _running[0].Process.Ask(new Request(Verb.Limits)).Limits!;
            Each((result, process) => seconds[result.Name] = process.Ask(new Request(Verb.Run) { Case = what }).Seconds);
            rounds.Add(new(limits, seconds));
        }

        return new(what, GFlop(what), rounds, settings);
    }

    // A contender that fails is out from then on; the reference takes all with it.
    private void Each(Action<ContenderResult, ContenderProcess> action)
    {
        foreach (var (result, process) in _running.ToList())
        {
            Thread.Sleep(s_pause);
            try
            {
                action(result, process);
            }
            catch (PeerException e) when (result.Name != ContenderList.Reference)
            {
                result.Failure = e.Message;
                _running.Remove((result, process));
                process.Dispose();
            }
        }
    }

    private double GFlop(BenchCase what)
    {
        double head = (double)_work.Spec.VocabSize * _work.Spec.HiddenSize;
        double heads = what.Kind == CaseKind.Prefill ? 1 : what.Steps;
        return 2 * (((_activeParameters - head) * what.Timed) + (head * heads)) / 1e9;
    }
}
