using System.CommandLine;
using System.CommandLine.Parsing;

namespace DeepSeekCompiler.Cli;

/// <summary>What was given on the command line, and what of it cannot be, in the words of a user.</summary>
internal static class Parsing
{
    /// <summary>Whether an option stands on the command line; else it has its default.</summary>
    public static bool Given(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Refuses options that would be ignored.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="why">Why they have no meaning here.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="UserException">One of them was given.</exception>
    public static void Refuse(this ParseResult parsed, string why, params IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(parsed.Given) is { } given) throw new UserException($"{given.Name} {why}; leave it out.");
    }

    /// <summary>The first mistake on a command line, or null.</summary>
    public static string? Mistake(ParseResult parsed)
    {
        string help = $" See {string.Join(' ', Path(parsed.CommandResult))} --help.";
        if (parsed.Errors.Count == 0) return parsed.CommandResult.Children.OfType<OptionResult>().Select(Misread).FirstOrDefault(m => m is not null) is { } misread ? misread + help : null;
        if (parsed.UnmatchedTokens.Count > 0) return $"\"{parsed.UnmatchedTokens[0]}\" is no command, argument or option here.{Quotes(parsed)}{help}";
        var error = parsed.Errors[0];
        if ((error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is not { } option) return error.Message + help;
        string name = option.Option.Name;
        return option.Tokens.Count switch
        {
            _ when option.Implicit => error.Message,
            0 => $"{name} needs a value.",
            > 1 => $"{name} was given more than once.",
            _ => NoValue(option),
        } + help;
    }

    // What can be parsed, and means nothing or something else: a comma in a fraction would be passed over, and 1,5 be 15.
    private static string? Misread(OptionResult option) =>
        option.Tokens.Any(t => t.Value.Length == 0) ? $"{option.Option.Name} was given an empty value."
        : IsFraction(Plain(option.Option.ValueType)) && option.Tokens.Any(t => t.Value.Contains(',', StringComparison.Ordinal)) ? NoValue(option) : null;

    private static string NoValue(OptionResult option) => $"\"{option.Tokens[0].Value}\" is no value for {option.Option.Name}, which {Takes(Plain(option.Option.ValueType))}.";

    // Who forgot them gave one text as many arguments.
    private static string Quotes(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.Count > 0 && !parsed.UnmatchedTokens[0].StartsWith('-') ? " A text of several words needs quotes around it." : "";

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsFraction(Type type) => type == typeof(float) || type == typeof(double);

    private static string Takes(Type type) =>
        type == typeof(int) ? $"takes a whole number of at most {int.MaxValue}"
        : type == typeof(ulong) ? $"takes a whole number from 0 to {ulong.MaxValue}"
        : IsFraction(type) ? "takes a number"
        : "is given without a value";

    private static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult parent ? [.. Path(parent), command.Command.Name] : ["dsc"];
}
