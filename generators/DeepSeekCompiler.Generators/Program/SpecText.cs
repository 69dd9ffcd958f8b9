using DeepSeekCompiler.Generators.Declaration;
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
        // Records print numbers in the current culture.
        using var culture = new InvariantCulture();
        return spec.ToString();
    }

    /// <summary>Equal for specifications whose inference code is the same, whatever the class is called and whether it trains.</summary>
    public static string Hash(ModelSpec spec)
    {
        using var sha = SHA256.Create();
        var bytes = sha.ComputeHash(Encoding.UTF8.GetBytes(Of(spec with { ClassName = "", Namespace = "", Trainable = false, Precision = TrainingPrecision.Float32 })));
        var text = new StringBuilder();
        foreach (byte b in bytes) text.Append(b.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
