using System.Diagnostics;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Measurement;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Measures candidates for the schedules of a model's kernels on this machine, by themselves and with random weights.</summary>
/// <remarks>Candidates take turns, so that a neighbour's load meets all of them. The best is then measured once more against the compiler's own choice, because the best of
/// many is partly luck, and taken where it wins at least three times of four and 1 % in the median.</remarks>
/// <param name="spec">The model.</param>
/// <param name="run">The threads.</param>
/// <param name="options">Vector width.</param>
/// <param name="budget">For all kernels; compiling candidates comes on top.</param>
public sealed class HostTuner(ModelSpec spec, HostRun run, LoadOptions options, TimeSpan budget)
{
    private const long Rotated = 256L << 20;
    private const double LeastSeconds = 2e-3;
    private const int LeastPairs = 9;
    private const int MostPairs = 41;
    private const double LeastGain = 1.01;

    /// <summary>Kernel by kernel, in the order of the forward pass.</summary>
    public IEnumerable<TunedKernel> Run()
    {
        var kernels = KernelSet.Of(spec).Kernels.Where(k => k.Weights is not null).Select(k => (k.Name, Weights: k.Weights!()))
            .Select(k => (k.Name, k.Weights, Candidates: TuningRules.Candidates(k.Name, k.Weights))).Where(k => k.Candidates.Count > 0).ToList();
        int rounds = kernels.Select(k => k.Candidates.Count).DefaultIfEmpty().Max();
        // One assembly holds a candidate of every kernel.
        var models = Enumerable.Range(-1, rounds + 1).Select(r => ModelLoader.Create(spec, options, new(new EquatableArray<TuningEntry>(kernels.Where(k => r >= 0 && r < k.Candidates.Count)
            .Select(k => new TuningEntry(k.Name, k.Weights.ToString(), k.Candidates[r])))))).ToList();
        try
        {
            var watch = Stopwatch.StartNew();
            for (int i = 0; i < kernels.Count; i++)
            {
                var (name, weights, candidates) = kernels[i];
                yield return Tune(name, weights, candidates, models, (budget - watch.Elapsed) / (kernels.Count - i));
            }
        }
        finally
        {
            foreach (var model in models) model.Dispose();
        }
    }

    private TunedKernel Tune(string name, KernelWeights weights, IReadOnlyList<KernelChoice> candidates, List<CompiledModel> models, TimeSpan share)
    {
        int tokens = weights.Form == MatrixForm.Streaming ? 1 : Math.Min(CompiledModel.MaxChunk, spec.MaxPositionEmbeddings);
        using var rig = new KernelRig(models[..(candidates.Count + 1)], spec, run, name, tokens, tokens, Rotated);
        var watch = Stopwatch.StartNew();
        int calls = Calls(rig);
        var passes = new List<double[]>();
        do passes.Add([.. Enumerable.Range(0, candidates.Count + 1).Select(variant => Seconds(rig, variant, calls))]);
        while (passes.Count < MostPairs && watch.Elapsed < share * 0.7);
        int best = Enumerable.Range(1, candidates.Count).MaxBy(variant => Spread.Of([.. passes.Select(p => p[0] / p[variant])]).Median);

        var pairs = new List<(double Default, double Best)>();
        do pairs.Add((Seconds(rig, 0, calls), Seconds(rig, best, calls)));
        while (pairs.Count < LeastPairs || (pairs.Count < MostPairs && watch.Elapsed < share));
        double[] gains = [.. pairs.Select(p => p.Default / p.Best).Order()];
        bool taken = gains[gains.Length / 2] >= LeastGain && gains[gains.Length / 4] >= 1;
        return new(name, weights.ToString(), tokens, candidates.Count, taken ? candidates[best - 1] : null, Spread.Of([.. pairs.Select(p => p.Default)]), Spread.Of([.. pairs.Select(p => p.Best)]), Spread.Of(gains));
    }

    private static int Calls(KernelRig rig)
    {
        Seconds(rig, 0, 2);
        return (int)Math.Clamp(LeastSeconds / Seconds(rig, 0, 2), 1, 1000);
    }

    private static double Seconds(KernelRig rig, int variant, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        rig.Call(calls, variant);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
