using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>What tuning files may be measured for.</summary>
public static class TuningTargets
{
    /// <summary>Name of what is open about a model as a whole on the host: how prompts are cut.</summary>
    public const string Prompt = "Prompt";

    /// <summary>The host at its widest, and every kind of device.</summary>
    public static IReadOnlyList<Machine> All { get; } = [new HostTarget(512), .. DeviceTargets.All];

    /// <summary>The machine of a name in a file; null for an unknown one.</summary>
    public static Machine? Find(string name) => All.FirstOrDefault(m => m.TuningTarget == name);

    /// <summary>What is open about the kernels of a model on a target, and about the model.</summary>
    public static IEnumerable<(string Name, TuningForm? Form)> Of(ModelSpec spec, Machine target)
    {
        foreach (var kernel in KernelSet.Of(spec).On(target)) yield return (kernel.Name, kernel.Form?.Invoke(target));
        if (target.PacksPanels) yield return (Prompt, PromptForm(spec));
    }

    /// <summary>The longest part of a prompt that a tuning file chose for the host; null for the runtime's own.</summary>
    public static int? Chunk(ModelSpec spec, ScheduleTuning tuning)
    {
        var form = PromptForm(spec);
        return tuning.Find(Machine.HostTuning, Prompt, form.Shape) is { } choice && TuningRules.Problem(choice, Prompt, form) is null ? choice.Chunk : null;
    }

    /// <summary>The parts that a tuning file has decode attention split a context into on a target; null for the runtime's own number.</summary>
    public static int? Parts(ModelSpec spec, ScheduleTuning tuning, Machine target)
    {
        const string kernel = "AttentionDecode";
        return tuning.Names(kernel) ? KernelSet.Of(spec, tuning).Kernels.First(k => k.Name == kernel).Choice(target)?.Parts : null;
    }

    private static TuningForm PromptForm(ModelSpec spec) => HostForms.Chunk($"{spec.NumHiddenLayers} layers of {spec.HiddenSize}");
}
