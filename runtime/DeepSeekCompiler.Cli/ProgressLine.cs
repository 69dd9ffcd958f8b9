using System.Diagnostics;
using System.Globalization;

namespace DeepSeekCompiler.Cli;

/// <summary>Progress of what takes longer than a second: a line that rewrites itself on a terminal, nothing elsewhere.</summary>
internal sealed class ProgressLine(string what)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private bool _shown;

    /// <summary>Progress counted in bytes.</summary>
    public static Action<long, long> Bytes(string what)
    {
        var line = new ProgressLine(what);
        return (done, all) => line.Show(string.Create(CultureInfo.InvariantCulture, $"{done >> 20} of {all >> 20} MiB"), done == all);
    }

    public void Report(int done, int all) => Report(done, all, "tokens");

    public void Report(int done, int all, string what) => Show(string.Create(CultureInfo.InvariantCulture, $"{done} of {all} {what}"), done == all);

    /// <summary>Says what is done, at once: it takes long, and how long is not known.</summary>
    public void Say()
    {
        if (Console.IsErrorRedirected) return;
        _shown = true;
        Console.Error.Write($"\r{what} ...");
    }

    private void Show(string progress, bool finished)
    {
        if (Console.IsErrorRedirected || Stopwatch.GetElapsedTime(_start).TotalSeconds < 1) return;
        _shown = true;
        Console.Error.Write($"\r{what}: {progress}".PadRight(61));
        if (finished) Clear();
    }

    public void Clear()
    {
        if (_shown) Console.Error.Write("\r" + new string(' ', 60) + "\r");
        _shown = false;
    }
}
