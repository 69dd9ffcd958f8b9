using DeepSeekCompiler.GpuBenchmark.Stages;

namespace DeepSeekCompiler.GpuBenchmark.Supervision;

/// <summary>Runs every stage in a process of its own and starts another one behind an item that took its process down, until all is done or the time is up.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="progress">Gets a line an item.</param>
internal sealed class Supervisor(Options options, TextWriter progress)
{
    // The longest item by far is the compilation of a model, and that is done in half of it. What is slower hangs.
    private static readonly TimeSpan s_longestItem = TimeSpan.FromSeconds(75);
    private readonly Lock _lock = new();
    private readonly List<ItemResult> _results = [];

    public IReadOnlyList<ItemResult> Run()
    {
        // Some seconds are kept for the report.
        var end = DateTime.UtcNow.AddMinutes(options.Minutes).AddSeconds(-5);
        double rest = StageList.Shares.Sum(s => s.Share);
        foreach (var (name, share) in StageList.Shares)
        {
            // Time that earlier stages left goes to the later ones.
            var deadline = DateTime.UtcNow + ((end - DateTime.UtcNow) * (share / rest));
            rest -= share;
            int parts = StageList.Parts(name);
            Task.WhenAll(Enumerable.Range(0, parts).Select(i => RunPart(name, new(i, parts), deadline))).GetAwaiter().GetResult();
        }

        return _results;
    }

    private async Task RunPart(string stage, Part part, DateTime deadline)
    {
        // A stage whose processes come to nothing again and again is given up.
        for (int done = 0, starts = 0; starts < 20; starts++)
        {
            using var child = stage == StageList.Torch ? TorchPeers.Start(options) : ChildProcess.Self(options.ForChild(stage, part, done), part.Of);
            if (child is null)
            {
                Add(new(stage, "torch", 0, null, new Dictionary<string, double>()), "python3 with torch is not here");
                return;
            }

            string? open = null;
            int before = done;
            var patience = deadline;
            while (await child.Next(patience) is { } e)
            {
                var longest = DateTime.UtcNow + s_longestItem;
                patience = e.Seconds is null && longest < deadline ? longest : deadline;
                if (e.Seconds is not { } seconds)
                {
                    open = e.Item;
                    continue;
                }

                Add(new(stage, e.Item, seconds, e.Failure, e.Figures ?? [], e.Trace), "");
                (open, done) = (null, done + 1);
            }

            string ended = child.End();
            if (open is not null)
            {
                Add(new(stage, open, 0, DateTime.UtcNow >= deadline ? "The time of its stage was up." : ended, new Dictionary<string, double>()), "");
                done++;
            }
            else if (ended.Length == 0 || DateTime.UtcNow >= deadline)
            {
                if (ended.Length > 0) Add(new(stage, "rest", 0, "The time of its stage was up.", new Dictionary<string, double>()), "");
                return;
            }
            else if (done == before)
            {
                Add(new(stage, "start", 0, ended, new Dictionary<string, double>()), "");
                return;
            }

            if (DateTime.UtcNow >= deadline || stage == StageList.Torch) return;
        }
    }

    private void Add(ItemResult result, string note)
    {
        lock (_lock)
        {
            _results.Add(result);
            progress.WriteLine(FormattableString.Invariant($"{result.Stage,-8} {result.Item,-60} {(result.Failure is { } f ? "FAILED: " + f : note.Length > 0 ? note : $"{result.Seconds:F1} s")}"));
        }
    }
}
