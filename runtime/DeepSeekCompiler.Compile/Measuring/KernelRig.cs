using System.Reflection;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile.Measuring;

/// <summary>A kernel of a compiled model by itself, at one size, with random weights. Calls take turns with copies of all arguments, as a model's layers do, so
/// that weights come from where they would come from.</summary>
public sealed class KernelRig : IDisposable
{
    /// <summary>Calls that differ in their memory or in the experts that tokens choose.</summary>
    public const int Turns = 16;

    private readonly HostRun _run;
    private readonly MethodInvoker[] _variants;
    private readonly List<KernelArguments> _memory = [];
    private readonly object?[][][] _calls;
    private int _turn;

    /// <param name="models">Compiled from the specification, each with schedules of its own; they need no weights.</param>
    /// <param name="spec">The model.</param>
    /// <param name="run">The threads.</param>
    /// <param name="kernel">A kernel of the model.</param>
    /// <param name="tokens">Tokens of a call.</param>
    /// <param name="context">Tokens in the cache afterwards.</param>
    /// <param name="rotated">Bytes that copies of its arguments take together, as far as whole copies go.</param>
    /// <exception cref="ArgumentException">The model has no kernel of the name.</exception>
    public KernelRig(IReadOnlyList<CompiledModel> models, ModelSpec spec, HostRun run, string kernel, int tokens, int context, long rotated)
        : this([.. (models ?? throw new ArgumentNullException(nameof(models))).Select(m => (m.GetType(), (int?)null))], spec, run, kernel, tokens, context, rotated)
    {
    }

    /// <summary>The same of classes that hold the kernel, each with the parts that decode attention is to have for every thread.</summary>
    internal KernelRig(IReadOnlyList<(Type Class, int? Parts)> variants, ModelSpec spec, HostRun run, string kernel, int tokens, int context, long rotated)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
        var methods = variants.Select(v => v.Class.GetNestedType(kernel, BindingFlags.NonPublic)?.GetMethod("Run") ?? throw new ArgumentException($"{spec.ClassName} has no kernel {kernel}.")).ToList();
        _variants = [.. methods.Select(m => MethodInvoker.Create(m))];
        var scalars = new Dictionary<string, long>(Roofline.Scalars(spec, tokens, context));
        var shape = Generators.Algorithms.AttentionShape.Of(spec.Attention, spec.Rope, spec.Formats.Cache);
        int Splits(int? parts) => parts is { } wished ? HostRun.Splits(run.Threads, shape.HostItems * tokens, Math.Max(context, tokens), wished) : HostRun.Splits(run.Threads, shape.HostItems * tokens, Math.Max(context, tokens));
        // Workspace is asked for by the call itself.
        scalars["splits"] = Splits(null);
        int pages = (int)(scalars["position"] + tokens + 63) / 64;
        var sizes = SizesOf(KernelSet.Of(spec).Kernels.First(k => k.Name == kernel).Lower(HostTarget.Scalar).Kernel, scalars, pages);
        int copies = (int)Math.Clamp(rotated / Math.Max(1, sizes.Sum(s => s.Count * s.Tensor.Format.Bytes())), 1, Turns);
        for (int i = 0; i < copies; i++) _memory.Add(new(sizes, pages));
        _calls =
        [
            .. variants.Select(v => Enumerable.Range(0, Turns)
                .Select(i => Arguments(methods[0], sizes, new(scalars) { ["splits"] = Splits(v.Parts) }, _memory[i % copies], new RoutingData(spec, tokens, i))).ToArray()),
        ];
        Work = Measured();
    }

    /// <summary>What a call does, on average over the turns.</summary>
    public KernelWork Work { get; }

    /// <summary>Calls it some times, on the lead thread, where models call kernels.</summary>
    /// <param name="times">Calls.</param>
    /// <param name="variant">Of which model.</param>
    public void Call(int times, int variant = 0) => _run.Loop(() =>
    {
        for (int i = 0; i < times; i++) _variants[variant].Invoke(null, _calls[variant][_turn++ % Turns].AsSpan());
    });

    /// <summary>What a variant writes, beside what was there before.</summary>
    internal IReadOnlyList<RigOutput> Outputs(int variant)
    {
        _turn = 0;
        _memory[0].Restore();
        var before = _memory[0].Outputs();
        Call(1, variant);
        return [.. before.Zip(_memory[0].Outputs(), (b, a) => new RigOutput(a.Tensor.Name, a.Tensor.Format, b.Bytes, a.Bytes))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var memory in _memory) memory.Dispose();
    }

    // What has no length of its own is pages of the cache, positions of the rope table, or slots of the experts.
    private static List<ArgumentSize> SizesOf(TensorKernel kernel, Dictionary<string, long> scalars, int pages) =>
        [.. ArgumentSize.Of(kernel, scalars, t => t.IsTable ? pages : t.Name == "rope" ? 64L * pages : scalars["slots"])];

    private object?[] Arguments(MethodInfo method, List<ArgumentSize> sizes, Dictionary<string, long> scalars, KernelArguments memory, RoutingData routing) =>
        [.. method.GetParameters().Select(p => Argument(p, sizes, scalars, memory, routing))];

    private object Argument(ParameterInfo parameter, List<ArgumentSize> sizes, Dictionary<string, long> scalars, KernelArguments memory, RoutingData routing)
    {
        if (parameter.ParameterType == typeof(HostRun)) return _run;
        if (parameter.ParameterType == typeof(int)) return parameter.Name == "active" ? routing.Active : (int)scalars[parameter.Name!];
        var tensor = sizes.First(s => s.Tensor.Name == parameter.Name).Tensor;
        return tensor is { Format: NumberFormat.I32, Role: TensorRole.Input, IsTable: false } ? memory.Of(parameter, routing.Of(parameter.Name!)) : memory.Of(parameter);
    }

    private KernelWork Measured()
    {
        var clock = new KernelClock();
        _run.Clock = clock;
        Call(Turns);
        _run.Clock = null;
        var all = clock.Kernels[0].Work;
        return new() { WeightFlops = all.WeightFlops / Turns, WeightBytes = all.WeightBytes / Turns, Flops = all.Flops / Turns, Bytes = all.Bytes / Turns };
    }
}
