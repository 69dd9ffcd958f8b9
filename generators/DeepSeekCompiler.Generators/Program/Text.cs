using System.Globalization;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Numbers as C# text, whatever the culture.</summary>
internal static class Text
{
    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(float value) => value.ToString("R", CultureInfo.InvariantCulture) + "f";
}
