using System.CommandLine;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary><c>dsc devices</c>: where models can run.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "A JSON array instead of lines." };
        var command = new Command("devices", "Lists the devices that models can run on.") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool json)
    {
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (!json)
        {
            Output.Line($"host: {Environment.ProcessorCount} processors, {HostVector.Width}-bit vectors, {memory / (double)(1 << 30):F1} GiB of memory");
            return 0;
        }

        Output.Json(w =>
        {
            w.WriteStartArray();
            w.WriteStartObject();
            w.WriteString("device", "host");
            w.WriteNumber("processors", Environment.ProcessorCount);
            w.WriteNumber("vectorWidth", HostVector.Width);
            w.WriteNumber("memoryBytes", memory);
            w.WriteEndObject();
            w.WriteEndArray();
        });
        return 0;
    }
}
