using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Compiled candidates of kernels: an assembly for every round, which holds one of every kernel that has as many, without a forward pass around them.</summary>
/// <param name="spec">The model.</param>
/// <param name="target">What the choices are for.</param>
/// <param name="options">Width, or the kind of device.</param>
/// <param name="container">Name of the nested class that holds kernels of a device; null on the host.</param>
internal sealed class CandidateCode(ModelSpec spec, string target, CompileOptions options, string? container)
{
    private readonly Dictionary<(string Kernel, int Candidate), Type> _classes = [];
    private readonly Dictionary<(string Kernel, int Candidate), string> _failures = [];

    /// <summary>The compiler's own schedule among the candidates.</summary>
    public const int Default = -1;

    public void Compile(IReadOnlyList<TuningTask> tasks)
    {
        for (int round = Default; round < tasks.Max(t => t.Candidates.Count); round++)
        {
            var all = tasks.Where(t => round < t.Candidates.Count).ToList();
            // Where one of a round does not compile, each is compiled by itself, so that it fails alone.
            if (Try(all, round) is null) continue;
            foreach (var task in all)
            {
                if (Try([task], round) is { } reason) _failures[(task.Kernel, round)] = reason;
            }
        }
    }

    /// <summary>The class that holds a kernel.</summary>
    public Type Of(string kernel, int candidate) => _classes[(kernel, candidate)];

    /// <summary>Why a candidate does not compile; null where it does.</summary>
    public string? Failure(string kernel, int candidate) => _failures.GetValueOrDefault((kernel, candidate));

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a candidate breaks in the compiler is a reason not to measure it; the sentence says what it was.")]
    private string? Try(IReadOnlyList<TuningTask> tasks, int round)
    {
        var entries = round == Default ? [] : tasks.Select(t => new TuningEntry(target, t.Kernel, t.Form.Shape, t.Candidates[round]));
        try
        {
            var files = ModelCompiler.CompileKernels(spec, options with { Tuning = new(new EquatableArray<TuningEntry>(entries)) }, [.. tasks.Select(t => t.Kernel)]);
            string name = FormattableString.Invariant($"candidates-{round}-{tasks[0].Kernel}");
            var type = Load(InProcessCompiler.Compile(spec, files, name), name).GetType($"{spec.Namespace}.{spec.ClassName}", true)!;
            var classes = container is null ? type : type.GetNestedType(container, BindingFlags.Public | BindingFlags.NonPublic)!;
            foreach (var task in tasks) _classes[(task.Kernel, round)] = classes;
            return null;
        }
        catch (Exception e) when (round != Default)
        {
            return "it does not compile: " + e.Message;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Run-time compilation is not offered by trimmed programs.")]
    private static Assembly Load(byte[] image, string name) => new AssemblyLoadContext(name).LoadFromStream(new MemoryStream(image));
}
