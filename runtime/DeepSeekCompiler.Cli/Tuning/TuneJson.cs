using System.Text.Json;
using DeepSeekCompiler.Cli.Bench;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Tuning;

/// <summary>What <c>dsc tune</c> found, as one JSON object.</summary>
internal static class TuneJson
{
    /// <param name="path">The tuning file.</param>
    /// <param name="tuner">What measured.</param>
    /// <param name="kernels">What was found.</param>
    /// <param name="comparison">Whole prompts and steps; null where nothing was chosen.</param>
    public static void Print(string path, ScheduleTuner tuner, IReadOnlyList<TunedKernel> kernels, TuneComparison? comparison) => Output.Json(w =>
    {
        w.WriteStartObject();
        w.WriteString("out", path);
        w.WriteString("target", tuner.Target);
        w.WriteString("description", tuner.Description);
        w.WriteStartArray("kernels");
        foreach (var kernel in kernels) Write(w, kernel);
        w.WriteEndArray();
        if (comparison is { } c)
        {
            Write(w, "prefill", "tokens", c.Prompt, c.Prefill, t => c.Prompt / t);
            Write(w, "decode", "context", c.Context, c.Decode, t => 1 / t);
        }

        w.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter w, TunedKernel kernel)
    {
        w.WriteStartObject();
        w.WriteString("kernel", kernel.Kernel);
        w.WriteString("shape", kernel.Shape);
        w.WriteNumber("tokens", kernel.Tokens);
        w.WriteNumber("tried", kernel.Tried);
        BenchJson.Microseconds(w, "defaultMicroseconds", kernel.Default);
        BenchJson.Microseconds(w, "bestMicroseconds", kernel.Best);
        Gain(w, kernel.Gain);
        if (kernel.Choice is { } choice) Write(w, choice);
        else w.WriteNull("choice");
        w.WriteStartArray("dropped");
        foreach (var dropped in kernel.Dropped)
        {
            w.WriteStartObject();
            Write(w, dropped.Choice);
            w.WriteString("reason", dropped.Reason);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, KernelChoice choice)
    {
        w.WriteStartObject("choice");
        foreach (var (name, value) in choice.Chosen) w.WriteNumber(name, value);
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, string name, string size, int count, PairedBench pairs, Func<double, double> rate)
    {
        w.WriteStartObject(name);
        w.WriteNumber(size, count);
        BenchJson.Figure(w, "defaultTokensPerSecond", pairs.First, rate);
        BenchJson.Figure(w, "tunedTokensPerSecond", pairs.Second, rate);
        Gain(w, pairs.Gain);
        w.WriteEndObject();
    }

    // Figure takes seconds, whose least is the most of a rate.
    private static void Gain(Utf8JsonWriter w, Spread gain) => BenchJson.Figure(w, "gain", gain with { Min = gain.Max, Max = gain.Min }, ratio => ratio);
}
