using System.Globalization;

namespace DeepSeekCompiler.Training.Tests.Loop;

/// <summary>The process that <see cref="KillTests"/> kills: trains the small pass, says every step and every stage of a checkpoint, and waits for an answer
/// before it goes on, so that it is not where it was killed that depends on the speed of the machine.</summary>
internal static class ChildProgram
{
    public const string Started = "started";
    public const string Step = "step";
    public const string Saved = "saved";

    // Arguments: the run's folder, the number of steps. Without anybody who answers it does not wait.
    public static int Main(string[] args)
    {
        if (args.Length != 2) return 2;
        using var output = Console.OpenStandardOutput();
        using var input = Console.OpenStandardInput();
        using var run = new SmallRun(args[0], SmallRun.Settings with { Steps = int.Parse(args[1], CultureInfo.InvariantCulture) }, new Teller(Say));
        run.Run.AtStage = Say;
        Say(Started);
        return run.Run.Run(resume: true) ? 0 : 1;

        void Say(string line)
        {
            output.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            output.Flush();
            input.ReadByte();
        }
    }

    private sealed class Teller(Action<string> say) : SmallRun.Notes
    {
        public override void OnStep(Training.Loop.StepReport report) => say(Step);

        public override void OnCheckpoint(int step) => say(Saved);
    }
}
