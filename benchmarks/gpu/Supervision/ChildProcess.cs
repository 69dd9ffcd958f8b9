using System.Diagnostics;
using System.Threading.Channels;

namespace DeepSeekCompiler.GpuBenchmark.Supervision;

/// <summary>A process that reports items line by line, and is stopped at a deadline.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Channel<StageEvent> _events = Channel.CreateUnbounded<StageEvent>();
    private string _lastWords = "";

    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="processors">As many processors as it believes to have; 0 for all.</param>
    public ChildProcess(string file, IEnumerable<string> arguments, string input = "", int processors = 0)
    {
        _process = new Process { StartInfo = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        if (processors > 0) _process.StartInfo.Environment["DOTNET_PROCESSOR_COUNT"] = processors.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) _events.Writer.TryComplete();
            else if (StageEvent.Parse(line.Data) is { } e) _events.Writer.TryWrite(e);
        };
        _process.ErrorDataReceived += (_, line) => _lastWords = string.IsNullOrWhiteSpace(line.Data) ? _lastWords : line.Data.Trim();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    /// <summary>This program again, as it was started, beside others of its kind.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="together">Processes at once, with this one: they share the processors.</param>
    public static ChildProcess Self(IEnumerable<string> arguments, int together)
    {
        string path = Environment.ProcessPath!;
        bool host = Path.GetFileNameWithoutExtension(path) == "dotnet";
        return new(path, host ? arguments.Prepend(typeof(ChildProcess).Assembly.Location) : arguments, processors: Math.Max(1, Environment.ProcessorCount / together));
    }

    /// <summary>The next event; null when the process ended or the deadline passed.</summary>
    public async Task<StageEvent?> Next(DateTime deadline)
    {
        var left = deadline - DateTime.UtcNow;
        if (left <= TimeSpan.Zero) return null;
        using var cancel = new CancellationTokenSource(left);
        try
        {
            return await _events.Reader.WaitToReadAsync(cancel.Token) && _events.Reader.TryRead(out var e) ? e : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Stops it where it still runs, and says in a sentence how it ended.</summary>
    public string End()
    {
        if (!_process.WaitForExit(2000))
        {
            _process.Kill(true);
            _process.WaitForExit();
            return "It ran past its time and was stopped.";
        }

        return _process.ExitCode == 0 ? "" : FormattableString.Invariant($"Its process ended with code {_process.ExitCode}{(_lastWords.Length > 0 ? ": " + _lastWords : ".")}");
    }

    public void Dispose() => _process.Dispose();
}
