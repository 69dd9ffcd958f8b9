using System.Globalization;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>How much of the checkpoints that this process has mapped lies in its memory, and how much of that in large pages of the system (2 MiB instead of 4 KiB).</summary>
/// <param name="ResidentMiB">In memory.</param>
/// <param name="LargeMiB">Of these, in large pages.</param>
public sealed record WeightPages(double ResidentMiB, double LargeMiB)
{
    /// <summary>As they are now; null where the system does not say (anything but Linux).</summary>
    public static WeightPages? Now()
    {
        const string maps = "/proc/self/smaps";
        return File.Exists(maps) ? Of(File.ReadLines(maps)) : null;
    }

    /// <summary>The same of the text of a <c>smaps</c> file (proc(5)).</summary>
    public static WeightPages Of(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        bool weights = false;
        long resident = 0, large = 0;
        foreach (string line in lines)
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            // Ranges of addresses begin with digits and have no name in front of a colon.
            if (colon < 0 || line.AsSpan(0, colon).Contains(' ')) weights = line.EndsWith(".safetensors", StringComparison.Ordinal);
            else if (weights && line.StartsWith("Rss:", StringComparison.Ordinal)) resident += KiB(line);
            else if (weights && line.StartsWith("FilePmdMapped:", StringComparison.Ordinal)) large += KiB(line);
        }

        return new(resident / 1024.0, large / 1024.0);
    }

    private static long KiB(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
