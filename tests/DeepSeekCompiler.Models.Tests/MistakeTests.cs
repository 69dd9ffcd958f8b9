using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The comparison can fail: what well-known mistakes produce is far from the golden numbers.</summary>
public class MistakeTests
{
    public static TheoryData<string> Cases => [.. GoldenFiles.Cases.Where(c => File.Exists(GoldenFiles.Path(c, "diag.safetensors")))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryKnownMistake_IsFarFromTheGoldenLogits(string name)
    {
        using var golden = SafetensorsFile.Open(GoldenFiles.Path(name, "golden.safetensors"));
        using var mistakes = SafetensorsFile.Open(GoldenFiles.Path(name, "diag.safetensors"));
        var logits = golden["logits"].AsSpan<float>().ToArray();
        Assert.NotEmpty(mistakes.Tensors);
        foreach (var mistake in mistakes.Tensors)
        {
            if (mistake.Type != SafetensorsType.F32 || !mistake.Name.StartsWith("logits|", StringComparison.Ordinal)) continue;
            var wrong = mistake.AsSpan<float>().ToArray();
            var right = logits.AsSpan(logits.Length - wrong.Length);
            float most = 0;
            for (int i = 0; i < wrong.Length; i++) most = Math.Max(most, Math.Abs(wrong[i] - right[i]));
            Assert.True(most > 1000 * Tolerances.Logits, $"{name}: {mistake.Name} differs by {most} only");
        }
    }
}
