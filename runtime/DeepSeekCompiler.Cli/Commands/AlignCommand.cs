using System.CommandLine;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc align</c>: a copy of a checkpoint with tensors at cache lines.</summary>
internal static class AlignCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "Folder of the checkpoint.", Required = true };
        var output = new Option<string>("--out") { Description = "New folder for the copy.", Required = true };
        var command = new Command("align", "Copies a checkpoint so that its tensors begin at cache lines.") { model, output };
        command.SetAction(parsed => Run(parsed.GetValue(model)!, parsed.GetValue(output)!));
        return command;
    }

    private static int Run(string model, string output)
    {
        double before;
        using (var checkpoint = Checkpoint.Open(model)) before = AlignedCopy.Misaligned(checkpoint);
        AlignedCopy.Write(model, output);
        using var copy = Checkpoint.Open(output);
        Output.Line($"{output}: {copy.Tensors.Count} tensors; {100 * before:F0} % of the bytes began within a cache line before, {100 * AlignedCopy.Misaligned(copy):F0} % do now");
        return 0;
    }
}
