using System.Diagnostics;
using System.Globalization;

namespace DeepSeekCompiler.Cli;

/// <summary>Progress of what takes longer than a second: a line that rewrites itself on a terminal, nothing elsewhere.</summary>
internal sealed class ProgressLine(string what)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private bool _shown;

    public void Report(int done, int all)
    {
        if (Console.IsErrorRedirected || Stopwatch.GetElapsedTime(_start).TotalSeconds < 1) return;
        _shown = true;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{what}: {done} of {all} tokens"));
        if (done == all) Clear();
    }

    public void Clear()
    {
        if (_shown) Console.Error.Write("\r" + new string(' ', 60) + "\r");
        _shown = false;
    }
}
