using System.Diagnostics;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Measures on the host.</summary>
/// <param name="spec">The model.</param>
/// <param name="model">The same with weights: prompts go through it whole.</param>
/// <param name="options">Vector width and products.</param>
internal sealed class HostBench(ModelSpec spec, CompiledModel model, LoadOptions options) : ITuningBench
{
    private const long Rotated = 256L << 20;

    private readonly CandidateCode _code = new(spec, Machine.HostTuning, new CompileOptions(ModelLoader.Widths(options.VectorWidth ?? HostVector.Width)), null);

    public Machine Target { get; } = new HostTarget(options.VectorWidth ?? HostVector.Width);

    public string Description => TuningWriter.Host(model.Host.Threads);

    public void Compile(IReadOnlyList<TuningTask> tasks)
    {
        var kernels = tasks.Where(t => t.Kernel != TuningTargets.Prompt).ToList();
        if (kernels.Count > 0) _code.Compile(kernels);
    }

    public string? Refusal(TuningTask task, int candidate) => _code.Failure(task.Kernel, candidate);

    public IVariantRig Open(TuningTask task, IReadOnlyList<int> candidates)
    {
        var (tokens, context) = TuningSizes.Of(spec, task);
        if (task.Kernel == TuningTargets.Prompt) return new PromptRig(model, tokens, [CompiledModel.MaxChunk, .. candidates.Select(c => task.Candidates[c].Chunk!.Value)]);
        var variants = candidates.Select(c => (_code.Of(task.Kernel, c), task.Candidates[c].Parts)).Prepend((_code.Of(task.Kernel, CandidateCode.Default), null));
        return new Rig(new([.. variants], spec, model.Host, task.Kernel, tokens, context, Rotated));
    }

    public void Dispose()
    {
    }

    private sealed class Rig(KernelRig rig) : IVariantRig
    {
        public double Seconds(int variant, int calls)
        {
            long start = Stopwatch.GetTimestamp();
            rig.Call(calls, variant);
            return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }

        public IReadOnlyList<RigOutput> Outputs(int variant) => rig.Outputs(variant);

        public void Dispose() => rig.Dispose();
    }
}
