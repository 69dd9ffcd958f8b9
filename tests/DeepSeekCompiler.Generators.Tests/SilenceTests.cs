using DeepSeekCompiler.Generators.Tests.Support;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>What the C# compiler says already is not said again.</summary>
public sealed class SilenceTests
{
    [Theory]
    [InlineData("partial class Tiny;", "partial struct Tiny { }")]
    [InlineData("partial class Tiny;", "partial interface Tiny { }")]
    [InlineData("HiddenSize = 64", "HiddenSize = Sizes.Hidden")]
    [InlineData("partial class Tiny;", "partial class Tiny;\n[ModelFromConfig] partial class M;")]
    [InlineData("partial class Tiny;", "partial class Tiny;\n[Variant(BasedOn = typeof(Nowhere))] partial class M;")]
    public void AnErrorOfTheLanguage_IsNoDiagnosticOfOurs(string old, string replacement) =>
        Assert.Empty(Sandbox.Diagnose(Declarations.Valid.Replace(old, replacement, StringComparison.Ordinal) + "\nstatic class Sizes { public static int Hidden = 64; }"));
}
