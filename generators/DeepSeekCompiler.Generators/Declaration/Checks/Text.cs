using System.Globalization;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

/// <summary>Numbers in messages: the same in every culture.</summary>
internal static class Text
{
    internal static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
