using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>What an explanation shows.</summary>
public sealed record ExplainOptions
{
    /// <summary>host, opencl, cuda, or a target as tuning files name it (portable-warp32, cuda-sm80 ...).</summary>
    public string Target { get; init; } = "host";

    /// <summary>Vector width of host code.</summary>
    public int Width { get; init; }

    /// <summary>Architectures of a CUDA explanation; the last one's code is shown.</summary>
    public IReadOnlyList<CudaBuild> Builds { get; init; } = CudaBuild.All;

    /// <summary>Sections of a kernel: schedule, resources, roofline, csharp, ptx; all of them when empty.</summary>
    public IReadOnlyCollection<string> Sections { get; init; } = [];

    /// <summary>Tokens of the call that the roofline bound is for; null for 512 in prefill kernels and 1 in others.</summary>
    public int? Tokens { get; init; }

    /// <summary>Tokens in the cache after that call.</summary>
    public int Context { get; init; } = 4096;

    /// <summary>Measured choices for schedules; null for the compiler's own.</summary>
    public TuningFile? Tuning { get; init; }

    /// <summary>Known sections, in the order they are shown.</summary>
    public static IReadOnlyList<string> AllSections { get; } = ["schedule", "resources", "roofline", "csharp", "ptx"];

    public bool Shows(string section) => Sections.Count == 0 || Sections.Contains(section);

    /// <summary>What kernels are lowered for.</summary>
    internal Machine Machine => Target switch
    {
        "host" => new HostTarget(Width),
        "opencl" => new DeviceTarget(1),
        "cuda" => Builds[^1].Target,
        _ => TuningTargets.Find(Target) ?? throw new ArgumentException($"There is no target {Target}; {string.Join(", ", Targets)} are."),
    };

    /// <summary>Names of targets.</summary>
    public static IReadOnlyList<string> Targets { get; } = ["host", "opencl", "cuda", .. TuningTargets.All.Select(m => m.TuningTarget).Where(t => t != Machine.HostTuning)];

    /// <summary>What of the device decides schedules.</summary>
    internal string Facts => Machine is not DeviceTarget d ? ""
        : FormattableString.Invariant($"device class {d.TuningTarget}: {d.Threads} thread{(d.Threads == 1 ? "" : "s")} a group, {d.Registers} sums a thread, {d.SharedBytes} bytes on the chip for a group's own data, {(d.Matrix == MatrixUnit.None ? "no matrix instructions" : "matrix instructions " + d.Matrix)}");

    /// <summary>The target in words.</summary>
    internal string Description => Target switch
    {
        "host" => Width == 0 ? "host, scalar" : $"host, {Width}-bit vectors",
        "opencl" => "opencl, groups of one thread as for CPU drivers",
        "cuda" => $"cuda, {Builds[^1].Architecture}",
        _ => $"{Target}, {((DeviceTarget)Machine).Description}",
    };
}
