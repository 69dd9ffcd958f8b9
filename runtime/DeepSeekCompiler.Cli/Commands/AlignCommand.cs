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
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a line." };
        var command = new Command("align", "Copies a checkpoint so that its tensors begin at cache lines.") { model, output, json };
        command.SetAction(parsed => Run(parsed.GetValue(model)!, parsed.GetValue(output)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string model, string output, bool json)
    {
        double before;
        using (var checkpoint = Checkpoint.Open(model)) before = AlignedCopy.Misaligned(checkpoint);
        AlignedCopy.Write(model, output, ProgressLine.Bytes("Copying to " + output));
        using var copy = Checkpoint.Open(output);
        double now = AlignedCopy.Misaligned(copy);
        if (json) Output.Json(w => { w.WriteStartObject(); w.WriteString("out", output); w.WriteNumber("tensors", copy.Tensors.Count); w.WriteNumber("withinLinesBefore", Math.Round(before, 4)); w.WriteNumber("withinLines", Math.Round(now, 4)); w.WriteEndObject(); });
        else Output.Line($"{output}: {copy.Tensors.Count} tensors; {100 * before:F0} % of the bytes began within a cache line before, {100 * now:F0} % do now");
        return 0;
    }
}
