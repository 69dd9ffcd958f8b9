using System.Text.Json;
using DeepSeekCompiler.GpuBenchmark.Supervision;

namespace DeepSeekCompiler.GpuBenchmark.Report;

/// <summary>All results as one JSON object.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(IReadOnlyList<ItemResult> results, Options options, string file)
    {
        var report = new { date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC", device = options.Device, driver = Machine.Describe(options.Device), results };
        File.WriteAllText(file, JsonSerializer.Serialize(report, s_options));
    }
}
