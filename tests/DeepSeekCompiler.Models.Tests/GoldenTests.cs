using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Every golden case of the published reference implementation, compiled for every vector width.</summary>
public class GoldenTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in GoldenFiles.Cases.Where(c => c != "train"))
            {
                foreach (int width in new[] { 512, 256, 128, 0 }) data.Add(name, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CompiledModel_MatchesGoldenNumbers(string name, int width)
    {
        using var golden = new GoldenCase(name);
        using var model = golden.Load(width);
        GoldenRun.Check(golden, model, Tolerances.Logits);
    }
}
