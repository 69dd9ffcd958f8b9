using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public class SessionLoopTests
{
    [Fact]
    public void Loop_RunsItsStepsOnOneThread_AndRethrows()
    {
        using var model = new FakeModel();
        using var session = new Session(model, 8);
        Thread? inside = null;
        session.Loop(() =>
        {
            inside = Thread.CurrentThread;
            session.Forward([1], [], LogitRows.None);
            session.Forward([2], [], LogitRows.None);
        });
        Assert.NotSame(Thread.CurrentThread, inside);
        Assert.Equal(["F 0+1", "F 1+1"], model.Calls);
        Assert.Throws<FormatException>(() => session.Loop(() => throw new FormatException()));
        session.Forward([3], [], LogitRows.None);
        Assert.Equal(3, session.Position);
    }

    [Fact]
    public void StepsAndLoopsOfOtherThreads_GetTheirTurnWithinALoop()
    {
        using var model = new FakeModel();
        using var first = new Session(model, 4096);
        using var step = new Session(model, 4096);
        using var loop = new Session(model, 4096);
        using var started = new ManualResetEventSlim();
        var others = new[]
        {
            new Thread(() => { started.Wait(); step.Forward([1], [], LogitRows.None); }),
            new Thread(() => { started.Wait(); loop.Loop(() => loop.Forward([1], [], LogitRows.None)); }),
        };
        foreach (var thread in others) thread.Start();
        first.Loop(() =>
        {
            started.Set();
            for (var i = 0; i < 4000 && others.Any(t => t.IsAlive); i++)
            {
                first.Forward([1], [], LogitRows.None);
                Thread.Sleep(1);
            }

            Assert.Equal((1, 1), (step.Position, loop.Position));
        });
        foreach (var thread in others) thread.Join();
    }
}
