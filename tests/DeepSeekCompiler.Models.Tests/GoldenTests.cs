using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Every golden case of the published reference implementation, compiled for every vector width.</summary>
public class GoldenTests
{
    private static readonly int[] s_widths = [512, 256, 128, 0];

    public static TheoryData<string, int> Cases => Of(s_widths, GoldenFiles.Cases.Where(c => c != "train"));

    /// <summary>Those whose prompts multiply whole numbers.</summary>
    public static TheoryData<string, int> NarrowCases => Of([512, 128], GoldenFiles.Cases.Where(IsNarrow));

    [Theory]
    [MemberData(nameof(Cases))]
    public void CompiledModel_MatchesGoldenNumbers(string name, int width)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(width);
        if (IsNarrow(name)) GoldenRun.Check(golden, model, Tolerances.WholeLogits, Tolerances.WholeHidden);
        else GoldenRun.Check(golden, model, Tolerances.Logits);
    }

    [Theory]
    [MemberData(nameof(NarrowCases))]
    public void WithoutWholeNumbers_PromptsAreAsNearAsSteps(string name, int width)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(new LoadOptions { VectorWidth = width, SplitActivations = true });
        GoldenRun.Check(golden, model, Tolerances.Logits);
    }

    private static bool IsNarrow(string name) => name.Contains("fp8", StringComparison.Ordinal) || name.Contains("bf16", StringComparison.Ordinal);

    private static TheoryData<string, int> Of(int[] widths, IEnumerable<string> names)
    {
        var data = new TheoryData<string, int>();
        foreach (string name in names)
        {
            foreach (int width in widths) data.Add(name, width);
        }

        return data;
    }
}
