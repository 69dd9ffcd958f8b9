namespace DeepSeekCompiler.Runtime.Tests.Tokenizers;

/// <summary>A fact about DeepSeek-V3's tokenizer: skipped where the file was not fetched, unless DSC_REQUIRE names <c>tokenizer</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TokenizerFactAttribute : FactAttribute
{
    public TokenizerFactAttribute()
    {
        bool required = (Environment.GetEnvironmentVariable("DSC_REQUIRE") ?? "").Contains("tokenizer", StringComparison.Ordinal);
        if (!required && !File.Exists(Path.Combine(Fixtures.TokenizerFolder, "tokenizer.json")))
            Skip = "DeepSeek-V3's tokenizer.json is not in .cache/tokenizer; .ci/fetch-tokenizer brings it.";
    }
}
