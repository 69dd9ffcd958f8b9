using System.CommandLine;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Gpu.Devices;

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
            foreach (var d in GpuDevices.List())
            {
                string refusal = d.Refusal is null ? "" : "; refused: " + d.Refusal;
                Output.Line($"{d.Name}: {d.Description} ({d.Vendor}), {d.Units} units, kernels of kind {d.Variant}, {d.MemoryBytes / (double)(1 << 30):F1} GiB of memory{refusal}");
            }

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
            foreach (var d in GpuDevices.List()) Write(w, d);
            w.WriteEndArray();
        });
        return 0;
    }

    private static void Write(System.Text.Json.Utf8JsonWriter w, DeviceInfo d)
    {
        w.WriteStartObject();
        w.WriteString("device", d.Name);
        w.WriteString("description", d.Description);
        w.WriteString("vendor", d.Vendor);
        w.WriteNumber("units", d.Units);
        w.WriteString("variant", d.Variant.ToString());
        w.WriteNumber("memoryBytes", d.MemoryBytes);
        if (d.Refusal is null) w.WriteNull("refusal");
        else w.WriteString("refusal", d.Refusal);
        w.WriteEndObject();
    }
}
