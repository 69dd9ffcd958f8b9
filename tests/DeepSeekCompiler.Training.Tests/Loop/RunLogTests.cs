using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Tests.Loop;

/// <summary>What becomes of a log when a run goes on.</summary>
public class RunLogTests
{
    [Fact]
    public void LaterSteps_AndHalfALine_AreTakenOut()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "log.csv");
        File.WriteAllText(path, "step,loss\n1,3\n2,2\n3,1\n4,0.");
        new RunLog(path, "step,loss", 2).Dispose();
        Assert.Equal("step,loss\n1,3\n2,2\n", File.ReadAllText(path));
    }

    [Fact]
    public void LogOfOtherColumns_IsKeptBesideTheNewOne()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "log.csv"), older = "step,loss\n1,3\n";
        File.WriteAllText(path, older);
        new RunLog(path, "step,loss,tokens", 1).Dispose();
        Assert.Equal(older, File.ReadAllText(path + ".old"));
        Assert.Empty(RunLog.Read(path)["tokens"]);
    }
}
