using System.Runtime.InteropServices;
using System.Text.Json;
using DeepSeekCompiler.Generators.Declaration.Tuning;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Writes what was found as a file that the generator and the run-time compiler read.</summary>
public static class TuningWriter
{
    /// <param name="stream">Where to.</param>
    /// <param name="kernels">Those without a choice are left out.</param>
    /// <param name="threads">Threads that it was measured with.</param>
    public static void Write(Stream stream, IEnumerable<TunedKernel> kernels, int threads)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        using var json = new Utf8JsonWriter(stream, new() { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version", TuningReader.Version);
        json.WriteString("processor", FormattableString.Invariant($"{Processor()}, {threads} threads, {HostVector.Width}-bit vectors"));
        json.WriteStartArray("host");
        foreach (var kernel in kernels)
        {
            if (kernel.Choice is null) continue;
            json.WriteStartObject();
            json.WriteString("kernel", kernel.Kernel);
            json.WriteString("weights", kernel.Weights);
            json.WriteStartObject("choice");
            foreach (var (name, value) in kernel.Choice.Chosen) json.WriteNumber(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
