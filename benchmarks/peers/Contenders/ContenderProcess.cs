using System.Diagnostics;
using System.Text.Json;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>The parent's side: a process that holds one contender and waits for its turn.</summary>
internal sealed class ContenderProcess : IDisposable
{
    // Filling a long context of a large model is the longest thing asked for.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private string _lastWords = "";

    private ContenderProcess(string file, IEnumerable<string> arguments, ContenderSetup setup)
    {
        Setup = setup;
        _process = new Process { StartInfo = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        _process.ErrorDataReceived += (_, line) => _lastWords = string.IsNullOrWhiteSpace(line.Data) ? _lastWords : line.Data.Trim();
        _process.Start();
        _process.BeginErrorReadLine();
    }

    public ContenderSetup Setup { get; }

    /// <summary>This program again, as it was started.</summary>
    public static ContenderProcess Self(ContenderSetup setup)
    {
        string path = Environment.ProcessPath!;
        return IsHost(path) ? Start(typeof(ContenderProcess).Assembly.Location, setup) : new(path, ["--contender", setup.Name], setup);
    }

    /// <summary>Another program of .NET that answers the same requests.</summary>
    public static ContenderProcess Start(string assembly, ContenderSetup setup) =>
        new(IsHost(Environment.ProcessPath!) ? Environment.ProcessPath! : "dotnet", [assembly, "--contender", setup.Name], setup);

    /// <summary>Asks and waits for the answer.</summary>
    /// <exception cref="PeerException">What went wrong, in the child's words; or that it is gone or silent.</exception>
    public Reply Ask(Request request)
    {
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
            _process.StandardInput.Flush();
            while (_process.StandardOutput.ReadLineAsync().WaitAsync(s_limit).GetAwaiter().GetResult() is { } line)
            {
                if (Reply.Parse(line) is { } reply) return reply.Failure is { } failure ? throw new PeerException(failure) : reply;
            }
        }
        catch (IOException)
        {
            // The pipe is broken: it ended, and says below how.
        }
        catch (TimeoutException e)
        {
            throw new PeerException(FormattableString.Invariant($"It did not answer within {s_limit.TotalMinutes} minutes."), e);
        }

        _process.WaitForExit(2000);
        throw new PeerException(FormattableString.Invariant($"Its process ended{(_process.HasExited ? $" with code {_process.ExitCode}" : "")}{(_lastWords.Length > 0 ? ": " + _lastWords : ".")}"));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2000)) _process.Kill(true);
        _process.Dispose();
    }

    private static bool IsHost(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";
}
