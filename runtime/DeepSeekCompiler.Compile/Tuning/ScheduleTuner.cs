using System.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Measures candidates for the schedules of a model's kernels on the host or on a device, by themselves and with random weights.</summary>
/// <remarks>A candidate that cannot be compiled, takes what the target does not have, or computes something else than the compiler's own schedule is named and dropped. The
/// others take turns, so that a neighbour's load meets all of them. The best is then measured once more against the compiler's own choice, because the best of
/// many is partly luck, and taken where it wins at least three times of four and 1 % in the median.</remarks>
public sealed class ScheduleTuner : IDisposable
{
    private const double LeastSeconds = 2e-3;
    private const int LeastPairs = 9;
    private const int MostPairs = 41;
    private const double LeastGain = 1.01;

    private readonly ModelSpec _spec;
    private readonly ITuningBench _bench;
    private readonly TimeSpan _budget;
    private readonly List<TuningTask> _tasks;

    internal ScheduleTuner(ModelSpec spec, ITuningBench bench, TimeSpan budget, IReadOnlyCollection<string>? only)
    {
        (_spec, _bench, _budget) = (spec, bench, budget);
        _tasks = [.. TuningTargets.Of(spec, bench.Target).Where(k => k.Form is { Open.Count: > 0 }).Select(k => new TuningTask(k.Name, k.Form!, TuningRules.Candidates(k.Name, k.Form!)))];
        if (only is null) return;
        if (only.FirstOrDefault(name => _tasks.TrueForAll(t => t.Kernel != name)) is { } unknown)
        {
            bench.Dispose();
            throw new ArgumentException($"{unknown} leaves nothing to choose on {bench.Target.TuningTarget}; {string.Join(", ", _tasks.Select(t => t.Kernel))} do.");
        }

        _tasks.RemoveAll(t => !only.Contains(t.Kernel));
    }

    /// <summary>What the choices are for (see <see cref="Generators.Schedules.Machine.TuningTarget"/>).</summary>
    public string Target => _bench.Target.TuningTarget;

    /// <summary>Where they are measured, in words.</summary>
    public string Description => _bench.Description;

    /// <summary>Measures on the host.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="model">The same with weights.</param>
    /// <param name="options">Vector width.</param>
    /// <param name="budget">For all kernels; compiling candidates comes on top.</param>
    /// <param name="only">Names of kernels; null for all.</param>
    /// <exception cref="ArgumentException">A name is none of a kernel that leaves anything open.</exception>
    public static ScheduleTuner OnHost(ModelSpec spec, CompiledModel model, LoadOptions options, TimeSpan budget, IReadOnlyCollection<string>? only = null) =>
        new(spec, new HostBench(spec, model, options ?? throw new ArgumentNullException(nameof(options))), budget, only);

    /// <summary>Measures on the device of the options.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="options">Device, and how activations meet matrix instructions.</param>
    /// <param name="budget">For all kernels; compiling candidates comes on top.</param>
    /// <param name="only">Names of kernels; null for all.</param>
    /// <exception cref="ArgumentException">A name is none of a kernel that leaves anything open.</exception>
    public static ScheduleTuner OnDevice(ModelSpec spec, LoadOptions options, TimeSpan budget, IReadOnlyCollection<string>? only = null) =>
        new(spec, new DeviceBench(spec, (options ?? throw new ArgumentNullException(nameof(options))).Device), budget, only);

    /// <summary>Kernel by kernel, in the order of the forward pass.</summary>
    public IEnumerable<TunedKernel> Run()
    {
        _bench.Compile(_tasks);
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < _tasks.Count; i++) yield return Tune(_tasks[i], (_budget - watch.Elapsed) / (_tasks.Count - i));
    }

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();

    private TunedKernel Tune(TuningTask task, TimeSpan share)
    {
        var dropped = new List<DroppedChoice>();
        var left = new List<int>();
        for (int i = 0; i < task.Candidates.Count; i++)
        {
            if (_bench.Refusal(task, i) is { } reason) dropped.Add(new(task.Candidates[i], reason));
            else left.Add(i);
        }

        using var rig = Open(task, left, dropped);
        var expected = rig.Outputs(0);
        // Variants of the rig; the ones that were opened and differ are passed over.
        var variants = Enumerable.Range(1, left.Count).Where(v => Agrees(rig, task, v, task.Candidates[left[v - 1]], expected, dropped)).ToList();
        return Measure(task, rig, variants, left, dropped, share);
    }

    private IVariantRig Open(TuningTask task, List<int> left, List<DroppedChoice> dropped)
    {
        while (true)
        {
            try
            {
                return _bench.Open(task, left);
            }
            catch (VariantException e) when (e.Variant > 0)
            {
                dropped.Add(new(task.Candidates[left[e.Variant - 1]], e.Message));
                left.RemoveAt(e.Variant - 1);
            }
        }
    }

    private bool Agrees(IVariantRig rig, TuningTask task, int variant, KernelChoice choice, IReadOnlyList<Measuring.RigOutput> expected, List<DroppedChoice> dropped)
    {
        // What a maximum is taken over changes with these, and with it how weights are rounded.
        bool rounds = _bench.Target.Matrix != Generators.Schedules.MatrixUnit.None && task.Kernel is "AttentionPrefill" or "AttentionDecode";
        foreach (var (known, got) in expected.Zip(rig.Outputs(variant)))
        {
            double error = Agreement.Error(known, got), most = task.Kernel == TuningTargets.Prompt ? Agreement.Logits : Agreement.Of(known.Format, rounds);
            if (error <= most) continue;
            dropped.Add(new(choice, FormattableString.Invariant($"its {known.Name} differs from the default schedule's by {error:G2}, and {most:G2} is what another order of sums explains.")));
            return false;
        }

        return true;
    }

    private TunedKernel Measure(TuningTask task, IVariantRig rig, List<int> variants, List<int> left, List<DroppedChoice> dropped, TimeSpan share)
    {
        var watch = Stopwatch.StartNew();
        int calls = Calls(rig), best = 0;
        if (variants.Count > 0)
        {
            var passes = new List<double[]>();
            int[] all = [0, .. variants];
            do passes.Add([.. all.Select(variant => rig.Seconds(variant, calls))]);
            while (passes.Count < MostPairs && watch.Elapsed < share * 0.7);
            best = all[Enumerable.Range(1, variants.Count).MaxBy(i => Spread.Of([.. passes.Select(p => p[0] / p[i])]).Median)];
        }

        var pairs = new List<(double Default, double Best)>();
        do pairs.Add((rig.Seconds(0, calls), rig.Seconds(best, calls)));
        while (pairs.Count < LeastPairs || (pairs.Count < MostPairs && watch.Elapsed < share));
        double[] gains = [.. pairs.Select(p => p.Default / p.Best).Order()];
        bool taken = best > 0 && gains[gains.Length / 2] >= LeastGain && gains[gains.Length / 4] >= 1;
        return new(task.Kernel, task.Form.Shape, TuningSizes.Of(_spec, task).Tokens, variants.Count, taken ? task.Candidates[left[best - 1]] : null, Spread.Of([.. pairs.Select(p => p.Default)]),
            Spread.Of([.. pairs.Select(p => p.Best)]), Spread.Of(gains))
        {
            Dropped = dropped,
        };
    }

    private static int Calls(IVariantRig rig)
    {
        rig.Seconds(0, 2);
        return (int)Math.Clamp(LeastSeconds / Math.Max(rig.Seconds(0, 2), 1e-9), 1, 1000);
    }
}
