namespace DeepSeekCompiler.Tests;

/// <summary>What a machine must have for some tests: they are skipped with a reason where it is missing, and fail where DSC_REQUIRE names it.</summary>
internal static class Requirements
{
    /// <summary>The reason to skip; null to run.</summary>
    public static string? Skip(string name, Func<string?> missing)
    {
        bool required = (Environment.GetEnvironmentVariable("DSC_REQUIRE") ?? "").Split(',').Contains(name);
        return required ? null : missing();
    }
}
