using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeepSeekCompiler.Generators.Declaration.Tuning;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Writes what was found as a file that the generator and the run-time compiler read.</summary>
public static class TuningWriter
{
    /// <param name="stream">Where to.</param>
    /// <param name="target">What it was measured for (see <see cref="Generators.Schedules.Machine.TuningTarget"/>).</param>
    /// <param name="device">Where it was measured, for people.</param>
    /// <param name="kernels">Those without a choice are left out.</param>
    public static void Write(Stream stream, string target, string device, IEnumerable<TunedKernel> kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        // People read the shapes: a plus stays one.
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("version", TuningReader.Version);
        json.WriteString("device", device);
        json.WriteStartArray("entries");
        foreach (var kernel in kernels)
        {
            if (kernel.Choice is null) continue;
            json.WriteStartObject();
            json.WriteString("target", target);
            json.WriteString("kernel", kernel.Kernel);
            json.WriteString("shape", kernel.Shape);
            json.WriteStartObject("choice");
            foreach (var (name, value) in kernel.Choice.Chosen) json.WriteNumber(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The host in words.</summary>
    public static string Host(int threads) => FormattableString.Invariant($"{Processor()}, {threads} threads, {HostVector.Width}-bit vectors");

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
