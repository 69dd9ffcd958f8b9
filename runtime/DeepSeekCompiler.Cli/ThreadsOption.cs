using System.CommandLine;

namespace DeepSeekCompiler.Cli;

/// <summary>The option <c>--threads</c>.</summary>
internal sealed class ThreadsOption() : Option<int>("--threads")
{
    private const int Most = 1024;

    public static ThreadsOption Create() => new() { Description = "Threads. Default: all processors." };

    /// <returns>Threads; 0 where the option is left out.</returns>
    /// <exception cref="UserException">So many threads cannot work.</exception>
    public int Read(ParseResult parsed)
    {
        int threads = parsed.GetValue(this);
        return threads is >= 1 and <= Most || !parsed.Given(this) ? threads
            : throw new UserException($"{threads} threads cannot work; give 1 to {Most}, or leave --threads out for all processors.");
    }
}
