using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>What an explanation shows.</summary>
public sealed record ExplainOptions
{
    /// <summary>host, opencl or cuda.</summary>
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

    /// <summary>Measured choices for the host's schedules; null for the compiler's own.</summary>
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
        _ => throw new ArgumentException($"There is no target {Target}; host, opencl and cuda are."),
    };

    /// <summary>The target in words.</summary>
    internal string Description => Target switch
    {
        "host" => Width == 0 ? "host, scalar" : $"host, {Width}-bit vectors",
        "opencl" => "opencl, groups of one thread as for CPU drivers",
        _ => $"cuda, {Builds[^1].Architecture}",
    };
}
