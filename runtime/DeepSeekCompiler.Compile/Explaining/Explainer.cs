using System.Globalization;
using System.Text;
using System.Text.Json;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>Shows what the compiler makes of a specification.</summary>
public sealed class Explainer
{
    private readonly ModelSpec _spec;
    private readonly ExplainOptions _options;
    private readonly KernelSet _kernels;
    private readonly Cost _cost;

    /// <param name="spec">The model.</param>
    /// <param name="options">Target and sections.</param>
    public Explainer(ModelSpec spec, ExplainOptions options)
    {
        _spec = spec;
        _options = options;
        _kernels = KernelSet.Of(spec, options?.Tuning?.For(spec));
        _cost = Cost.Of(spec, Manifest.Of(spec));
    }

    /// <summary>Specification, cost, and a line or two for every kernel.</summary>
    public string Overview()
    {
        var text = new StringBuilder();
        text.Append("specification\n").Append(Indented(SpecText.Of(_spec))).Append("\n\ncost\n");
        foreach (var (name, value) in Costs()) text.Append(CultureInfo.InvariantCulture, $"  {name,-46}{value,20:#,0}\n");
        text.Append(CultureInfo.InvariantCulture, $"\nkernels ({_options.Description})\n");
        if (_options.Facts.Length > 0) text.Append("  ").Append(_options.Facts).Append('\n');
        foreach (var kernel in _kernels.On(_options.Machine))
        {
            var lowered = kernel.Lower(_options.Machine);
            text.Append(CultureInfo.InvariantCulture, $"  {kernel.Name}: {lowered.Kernel.Summary}\n");
            text.Append(CultureInfo.InvariantCulture, $"      FLOPs {lowered.Kernel.Cost.Flops}; bytes {lowered.Kernel.Cost.Bytes}; {lowered.Schedule.Name}\n");
        }

        foreach (string unused in _options.Tuning?.Unused(_spec) ?? []) text.Append(unused).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"also known as: {string.Join(", ", KernelNames.Aliases(Names, _spec.Formats.Linear))}\n");
        return text.ToString();
    }

    /// <summary>One kernel whole, by its generated name or the field's.</summary>
    /// <exception cref="ArgumentException">There is no kernel of the name.</exception>
    public string Kernel(string name) => KernelText.Print(Explain(name), _spec.Formats.Linear, _options);

    /// <summary>Specification, cost and kernels as one JSON object; with a kernel's name, that one whole.</summary>
    /// <exception cref="ArgumentException">There is no kernel of the name.</exception>
    public void WriteJson(Utf8JsonWriter json, string? kernelName)
    {
        ArgumentNullException.ThrowIfNull(json);
        var whole = kernelName is null ? null : Explain(kernelName);
        json.WriteStartObject();
        json.WriteString("spec", SpecText.Of(_spec));
        json.WriteStartObject("cost");
        foreach (var (name, value) in Costs()) json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteStartArray("kernels");
        foreach (var kernel in _kernels.On(_options.Machine))
        {
            var lowered = kernel.Lower(_options.Machine);
            json.WriteStartObject();
            json.WriteString("name", kernel.Name);
            json.WriteString("summary", lowered.Kernel.Summary);
            json.WriteString("flops", lowered.Kernel.Cost.Flops.ToString());
            json.WriteString("bytes", lowered.Kernel.Cost.Bytes.ToString());
            json.WriteString("schedule", SchedulePrinter.Print(lowered.Schedule));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (whole is not null)
        {
            json.WritePropertyName("kernel");
            KernelJson.Write(json, whole, _spec.Formats.Linear, _options);
        }

        json.WriteEndObject();
    }

    private List<string> Names => [.. _kernels.On(_options.Machine).Select(k => k.Name)];

    private KernelExplanation Explain(string name)
    {
        string wanted = KernelNames.Resolve(name, Names, _spec.Formats.Linear);
        return KernelExplanation.Of(_spec, _kernels.Kernels.First(k => k.Name == wanted), _options);
    }

    private IEnumerable<(string Name, long Value)> Costs()
    {
        var a = _spec.Attention;
        long number = _spec.Formats.Cache.Bytes(), head = (long)a.QkHeadDim + a.ValueDim, layers = _spec.NumHiddenLayers;
        yield return ("parameters", _cost.Total);
        yield return ("active parameters", _cost.Active);
        yield return ("weight bytes a token (decode)", _cost.ActiveBytes);
        yield return ("FLOPs a token (without attention scores)", 2 * _cost.Active);
        yield return ("cache bytes a token", (long)a.CacheRowBytes(_spec.Formats.Cache) * layers);
        yield return ("cache bytes a token with multi-head", head * a.NumAttentionHeads * number * layers);
        yield return ("cache bytes a token with 8 key/value heads", head * Math.Min(8, a.NumAttentionHeads) * number * layers);
        yield return ("cache bytes a token with multi-query", head * number * layers);
    }

    private static string Indented(string record) => "  " + record.Replace(", ", ",\n  ", StringComparison.Ordinal);
}
