using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeepSeekCompiler.Generators.Declaration.Tuning;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Writes what was found as a file that the generator and the run-time compiler read.</summary>
public static class TuningWriter
{
    /// <summary>Puts what was found into a file. What the file says about other targets, kernels and shapes stays; the file is there whole, or as it was before.</summary>
    /// <param name="path">The file, which may be there.</param>
    /// <param name="target">What it was measured for (see <see cref="Generators.Schedules.Machine.TuningTarget"/>).</param>
    /// <param name="device">Where it was measured, for people.</param>
    /// <param name="kernels">Those without a choice lose the one that they have in the file.</param>
    /// <exception cref="Runtime.Checkpoints.CheckpointException">The file is there and is no tuning file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Update(string path, string target, string device, IReadOnlyCollection<TunedKernel> kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        var entries = new List<(TuningEntry Entry, string Device)>();
        if (File.Exists(path)) entries.AddRange(TuningFile.Read(path).Entries.Where(e => e.Entry.Target != target || !kernels.Any(k => k.Kernel == e.Entry.Kernel && k.Shape == e.Entry.Shape)));
        entries.AddRange(kernels.Where(k => k.Choice is not null).Select(k => (new TuningEntry(target, k.Kernel, k.Shape, k.Choice!), device)));
        string partial = path + ".partial";
        try
        {
            using (var stream = File.Create(partial)) Write(stream, entries);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Write(Stream stream, IEnumerable<(TuningEntry Entry, string Device)> entries)
    {
        // People read the shapes: a plus stays one.
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("version", TuningReader.Version);
        json.WriteStartArray("entries");
        foreach (var (entry, device) in entries)
        {
            json.WriteStartObject();
            json.WriteString("target", entry.Target);
            if (device.Length > 0) json.WriteString("device", device);
            json.WriteString("kernel", entry.Kernel);
            json.WriteString("shape", entry.Shape);
            json.WriteStartObject("choice");
            foreach (var (name, value) in entry.Choice.Chosen) json.WriteNumber(name, value);
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
