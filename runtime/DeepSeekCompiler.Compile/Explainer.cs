using System.Globalization;
using System.Text;
using System.Text.Json;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Compile;

/// <summary>Shows what the compiler makes of a specification.</summary>
public sealed class Explainer
{
    private readonly ModelSpec _spec;
    private readonly HostTarget _target;
    private readonly KernelSet _kernels;
    private readonly Cost _cost;

    /// <param name="spec">The model.</param>
    /// <param name="width">Vector width of the host code shown.</param>
    public Explainer(ModelSpec spec, int width)
    {
        _spec = spec;
        _target = new HostTarget(width);
        _kernels = KernelSet.Of(spec);
        _cost = Cost.Of(spec, Manifest.Of(spec));
    }

    /// <summary>Specification, cost, and a line or two for every kernel.</summary>
    public string Overview()
    {
        var text = new StringBuilder();
        text.Append("specification\n").Append(Indented(SpecText.Of(_spec))).Append("\n\ncost\n");
        foreach (var (name, value) in Costs()) text.Append(CultureInfo.InvariantCulture, $"  {name,-46}{value,20:#,0}\n");
        text.Append(CultureInfo.InvariantCulture, $"\nkernels (host, {(_target.Width == 0 ? "scalar" : _target.Width + "-bit vectors")})\n");
        foreach (var kernel in _kernels.Kernels)
        {
            var lowered = kernel.Lower(_target);
            text.Append(CultureInfo.InvariantCulture, $"  {kernel.Name}: {lowered.Kernel.Summary}\n");
            text.Append(CultureInfo.InvariantCulture, $"      FLOPs {lowered.Kernel.Flops}; bytes {lowered.Kernel.Bytes}; {lowered.Schedule.Name}\n");
        }

        return text.ToString();
    }

    /// <summary>One kernel whole: stages, schedule, generated text.</summary>
    /// <exception cref="ArgumentException">There is no kernel of the name.</exception>
    public string Kernel(string name)
    {
        string wanted = name.Replace("_", "", StringComparison.Ordinal);
        foreach (var kernel in _kernels.Kernels)
        {
            if (!kernel.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) continue;
            var lowered = kernel.Lower(_target);
            var writer = new CodeWriter();
            HostKernel.Print([(_target, lowered)], writer);
            var stages = string.Concat(lowered.Kernel.Stages.Select(s => $"  {s.Name} -> {s.Target.Tensor.Name} over ({string.Join(", ", s.Axes.Select(a => a.Name))})\n"));
            return $"{lowered.Kernel.Name}: {lowered.Kernel.Summary}\n\nstages\n{stages}\n{SchedulePrinter.Print(lowered.Schedule)}\n{writer}";
        }

        throw new ArgumentException($"There is no kernel {name}; this model has {string.Join(", ", _kernels.Kernels.Select(k => k.Name))}.");
    }

    /// <summary>Specification, cost and kernels as one JSON object; with a kernel's name, that one whole.</summary>
    /// <exception cref="ArgumentException">There is no kernel of the name.</exception>
    public void WriteJson(Utf8JsonWriter json, string? kernelName)
    {
        string? whole = kernelName is null ? null : Kernel(kernelName);
        json.WriteStartObject();
        json.WriteString("spec", SpecText.Of(_spec));
        json.WriteStartObject("cost");
        foreach (var (name, value) in Costs()) json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteStartArray("kernels");
        foreach (var kernel in _kernels.Kernels)
        {
            var lowered = kernel.Lower(_target);
            json.WriteStartObject();
            json.WriteString("name", kernel.Name);
            json.WriteString("summary", lowered.Kernel.Summary);
            json.WriteString("flops", lowered.Kernel.Flops);
            json.WriteString("bytes", lowered.Kernel.Bytes);
            json.WriteString("schedule", SchedulePrinter.Print(lowered.Schedule));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (whole is not null) json.WriteString("kernel", whole);
        json.WriteEndObject();
    }

    private IEnumerable<(string Name, long Value)> Costs()
    {
        var a = _spec.Attention;
        long number = _spec.Formats.Cache == NumberFormat.F32 ? 4 : 2, head = (long)a.QkHeadDim + a.ValueDim, layers = _spec.NumHiddenLayers;
        yield return ("parameters", _cost.Total);
        yield return ("active parameters", _cost.Active);
        yield return ("weight bytes a token (decode)", _cost.ActiveBytes);
        yield return ("FLOPs a token (without attention scores)", 2 * _cost.Active);
        yield return ("cache bytes a token", a.CacheRow * number * layers);
        yield return ("cache bytes a token with multi-head", head * a.NumAttentionHeads * number * layers);
        yield return ("cache bytes a token with 8 key/value heads", head * Math.Min(8, a.NumAttentionHeads) * number * layers);
        yield return ("cache bytes a token with multi-query", head * number * layers);
    }

    private static string Indented(string record) => "  " + record.Replace(", ", ",\n  ", StringComparison.Ordinal);
}
