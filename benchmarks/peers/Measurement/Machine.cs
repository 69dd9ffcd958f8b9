using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>The machine in words.</summary>
internal static class Machine
{
    public static string Describe()
    {
        string processor = RuntimeInformation.ProcessArchitecture.ToString();
        const string Information = "/proc/cpuinfo";
        if (File.Exists(Information) && File.ReadLines(Information).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line)
            processor = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return FormattableString.Invariant($"{Environment.ProcessorCount} processors of {processor}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
    }
}
