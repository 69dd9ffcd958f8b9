using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>A specification as text, for people, and as a hash, for finding compiled code again.</summary>
public static class SpecText
{
    /// <summary>One property a line, names dotted, the same on every machine.</summary>
    public static string Of(ModelSpec spec)
    {
        // RS1035 fears text in the user's language; here the culture is set so that there is none.
#pragma warning disable RS1035
        var before = CultureInfo.CurrentCulture;
        try
        {
            // Records print numbers in the current culture.
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return spec.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
#pragma warning restore RS1035
    }

    /// <summary>Equal for specifications that compile to the same code, whatever the class is called.</summary>
    public static string Hash(ModelSpec spec)
    {
        using var sha = SHA256.Create();
        var bytes = sha.ComputeHash(Encoding.UTF8.GetBytes(Of(spec with { ClassName = "", Namespace = "" })));
        var text = new StringBuilder();
        foreach (byte b in bytes) text.Append(b.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
