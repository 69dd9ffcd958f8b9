using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>A phase of a kernel on an architecture: its text, and its resources where an assembler is at hand.</summary>
public sealed record PhaseOnArchitecture(string Architecture, CudaFunction Function, KernelResources? Resources);

/// <summary>Everything there is to show about a kernel.</summary>
/// <param name="Name">Generated name.</param>
/// <param name="Lowered">Stages and schedule.</param>
/// <param name="Code">Generated C#.</param>
/// <param name="Roofline">Work at the sizes asked for.</param>
/// <param name="Phases">Phases on every CUDA architecture; empty on other targets.</param>
public sealed record KernelExplanation(string Name, LoweredKernel Lowered, string Code, Roofline Roofline, IReadOnlyList<PhaseOnArchitecture> Phases)
{
    public string Schedule => SchedulePrinter.Print(Lowered.Schedule);

    /// <summary>What a tuning file may choose, as a line; empty where that is nothing.</summary>
    public string Open { get; private init; } = "";

    public string Stages =>
        string.Concat(Lowered.Kernel.Stages.Select(s => $"  {s.Name} -> {s.Target.Tensor.Name} over ({string.Join(", ", s.Axes.Select(a => a.Name))})\n"));

    /// <exception cref="ArgumentException">There is no target of the name.</exception>
    public static KernelExplanation Of(ModelSpec spec, ModelKernel kernel, ExplainOptions options)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(options);
        var machine = options.Machine;
        var lowered = kernel.Lower(machine);
        string code = machine is HostTarget host ? HostCode(host, lowered) : DeviceKernel.Print(lowered, (DeviceTarget)machine, false);
        // The work is that of the plain algorithm, whatever form the target gives it.
        var plain = kernel.Lower(HostTarget.Scalar).Kernel;
        return new(kernel.Name, lowered, code, Roofline.Of(spec, plain, options.Tokens, options.Context), options.Target == "cuda" ? PhasesOf(spec, kernel, options) : [])
        {
            Open = kernel.Form?.Invoke(machine) is { Open.Count: > 0 } form ? $"  open to a tuning file (target {machine.TuningTarget}, shape \"{form.Shape}\"): {string.Join(", ", form.Open)}\n" : "",
        };
    }

    private static string HostCode(HostTarget target, LoweredKernel lowered)
    {
        var writer = new CodeWriter();
        HostKernel.Print([(target, lowered)], writer);
        return writer.ToString();
    }

    private static List<PhaseOnArchitecture> PhasesOf(ModelSpec spec, ModelKernel kernel, ExplainOptions options)
    {
        var phases = new List<PhaseOnArchitecture>();
        if (!options.Shows("resources") && !options.Shows("ptx")) return phases;
        string? assembler = options.Shows("resources") ? PtxAssembler.Find() : null;
        foreach (var build in options.Builds)
        {
            phases.AddRange(CudaCode.Each(CudaCode.Of(spec, build, kernel.Name),
                f => new PhaseOnArchitecture(build.Architecture, f, assembler is null ? null : PtxAssembler.Assemble(assembler, f.Text, build.Architecture))));
        }

        return phases;
    }
}
