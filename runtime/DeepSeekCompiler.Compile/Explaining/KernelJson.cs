using System.Text.Json;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Cuda;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>An explained kernel as JSON.</summary>
internal static class KernelJson
{
    public static void Write(Utf8JsonWriter json, KernelExplanation kernel, NumberFormat linear, ExplainOptions options)
    {
        json.WriteStartObject();
        json.WriteString("name", kernel.Name);
        json.WriteString("target", options.Description);
        json.WriteString("summary", kernel.Lowered.Kernel.Summary);
        if (options.Shows("schedule"))
        {
            json.WriteString("stages", kernel.Stages);
            json.WriteString("schedule", kernel.Schedule);
        }

        if (options.Shows("roofline")) Roof(json, kernel, linear, options);
        if (options.Shows("csharp")) json.WriteString("csharp", kernel.Code);
        if (options.Target == "cuda") Phases(json, kernel, options);
        json.WriteEndObject();
    }

    private static void Roof(Utf8JsonWriter json, KernelExplanation kernel, NumberFormat linear, ExplainOptions options)
    {
        var roof = kernel.Roofline;
        json.WriteStartObject("roofline");
        json.WriteNumber("tokens", roof.Tokens);
        json.WriteNumber("context", roof.Context);
        json.WriteNumber("flops", roof.Work.Flops);
        json.WriteNumber("bytes", roof.Work.Bytes);
        json.WriteNumber("intensity", roof.Work.Intensity);
        json.WriteStartArray("devices");
        foreach (var device in options.Target == "cuda" ? DeviceRates.All : [])
        {
            var (time, bound, ridge) = roof.On(device, Roofline.Peak(device, linear));
            json.WriteStartObject();
            json.WriteString("device", device.Name);
            json.WriteNumber("microseconds", time);
            json.WriteString("bound", bound);
            json.WriteNumber("ridge", ridge);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Phases(Utf8JsonWriter json, KernelExplanation kernel, ExplainOptions options)
    {
        json.WriteStartArray("phases");
        foreach (var phase in kernel.Phases)
        {
            json.WriteStartObject();
            json.WriteString("name", phase.Function.Name);
            json.WriteString("architecture", phase.Architecture);
            json.WriteNumber("threads", phase.Function.Threads);
            json.WriteNumber("dynamicSharedBytes", phase.Function.DynamicSharedBytes);
            if (phase.Resources is { } r)
            {
                json.WriteNumber("registers", r.Registers);
                json.WriteNumber("sharedBytes", r.SharedBytes);
                json.WriteNumber("stackBytes", r.StackBytes);
                json.WriteNumber("spillBytes", r.SpillBytes);
                foreach (var (name, count) in r.Instructions ?? new Dictionary<string, int>()) json.WriteNumber(name, count);
                if (MultiprocessorLimits.Of(phase.Architecture)?.Occupy(phase.Function.Threads, r.Registers, r.SharedBytes + phase.Function.DynamicSharedBytes) is { } occupancy)
                {
                    json.WriteNumber("residentGroups", occupancy.Groups);
                    json.WriteNumber("occupancy", (double)occupancy.Warps / occupancy.MaxWarps);
                    json.WriteString("limit", occupancy.Limit);
                }
            }

            if (options.Shows("ptx")) json.WriteString("ptx", phase.Function.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
