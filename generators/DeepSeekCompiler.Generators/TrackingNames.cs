namespace DeepSeekCompiler.Generators;

/// <summary>Names of the generator's steps, by which tests see what was cached and what ran.</summary>
public static class TrackingNames
{
    /// <summary>An additional file, read.</summary>
    public const string Config = "Config";

    /// <summary>A tuning file, read.</summary>
    public const string Tuning = "Tuning";

    /// <summary>What the tuning files choose, without places.</summary>
    public const string Choices = "Choices";

    /// <summary>A declaration with its places.</summary>
    public const string Declaration = "Declaration";

    /// <summary>A declaration without its places.</summary>
    public const string Symbolless = "Symbolless";

    /// <summary>A specification.</summary>
    public const string Spec = "Spec";

    /// <summary>What the compilation's references ask for.</summary>
    public const string Options = "Options";

    /// <summary>The generated files of a model.</summary>
    public const string Source = "Source";

    /// <summary>A diagnostic.</summary>
    public const string Diagnostic = "Diagnostic";

    /// <summary>What the project lacks.</summary>
    public const string Project = "Project";
}
