using System.Diagnostics;
using System.Globalization;
using DeepSeekCompiler.Tests;
using Xunit.Abstractions;

namespace DeepSeekCompiler.Training.Tests.Loop;

/// <summary>A process that trains is killed again and again (SIGKILL), wherever it happens to be.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 20;

    // A checkpoint comes every 3 steps and says about 20 lines: enough for all kills.
    private const int MostLines = 60;
    private const int Steps = 250;

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task ARunThatIsKilledTwentyTimes_HasTheLossesOfOneThatWasNot()
    {
        using (var undisturbed = new SmallRun(_folder["calm"], SmallRun.Settings with { Steps = Steps })) Assert.True(undisturbed.Run.Run(resume: false));
        var random = new Random(17);
        var places = new List<string>();
        while (places.Count < Kills) places.Add(await Kill(random));
        output.WriteLine("Killed at: " + string.Join(", ", places.GroupBy(p => p).Select(g => $"{g.Key} ({g.Count()})")));
        Assert.True(places.Count(p => p is not (ChildProgram.Started or ChildProgram.Step or ChildProgram.Saved)) >= 5, "hardly any kill hit a write");
        using (var last = Start())
        {
            last.StandardInput.Close();
            await last.StandardOutput.ReadToEndAsync();
            await last.WaitForExitAsync();
            Assert.Equal(0, last.ExitCode);
        }

        Assert.Equal(SmallRun.Losses(_folder["calm"]), SmallRun.Losses(_folder["killed"]));
        Assert.Equal(SmallRun.LastTensors(_folder["calm"], Steps), SmallRun.LastTensors(_folder["killed"], Steps));
    }

    public void Dispose() => _folder.Dispose();

    // Lets the process come some way, and kills it: half of the time where it waits, half of the time a moment later, in the middle of what comes next.
    private async Task<string> Kill(Random random)
    {
        using var child = Start();
        string place = "";
        for (int lines = 1 + random.Next(MostLines); lines > 0; lines--)
        {
            place = await child.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The run ended too early: " + await child.StandardError.ReadToEndAsync());
            if (lines > 1) Answer(child);
        }

        if (random.Next(2) == 0)
        {
            Answer(child);
            Thread.SpinWait(random.Next(200_000));
        }

        child.Kill();
        await child.WaitForExitAsync();
        return place;
    }

    private static void Answer(Process child)
    {
        child.StandardInput.Write('.');
        child.StandardInput.Flush();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(ChildProgram).Assembly.Location);
        start.ArgumentList.Add(_folder["killed"]);
        start.ArgumentList.Add(Steps.ToString(CultureInfo.InvariantCulture));
        return Process.Start(start)!;
    }
}
