using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Tuning;

/// <summary>Reads what <c>dsc tune</c> writes: <c>{ "version": 2, "entries": [ { "target": "host", "device": "...", "kernel": ..., "shape": ..., "choice": { "tokens": 8 } } ] }</c>. A device
/// in front of the list is that of all entries that name none.
/// Files of version 1 had choices for the host alone, in a list of that name, with the shape under the name of weights.</summary>
public static class TuningReader
{
    /// <summary>The version that is written.</summary>
    public const int Version = 2;

    private const int First = 1;

    /// <summary>End of the names of tuning files among the AdditionalFiles.</summary>
    public const string Extension = ".tuning.json";

    /// <param name="path">For messages.</param>
    /// <param name="text">The file.</param>
    public static TuningText Read(string path, string text)
    {
        var problems = new List<ConfigProblem>();
        var entries = new List<Found>();
        void Report(JsonPosition at, string message) => problems.Add(new(ProblemCode.TuningFile, message, "", at.Line, at.Column, at.Offset));
        try
        {
            Root(JsonReader.Read(text), entries, Report);
        }
        catch (JsonException e)
        {
            Report(e.Position, $"The tuning file is not JSON: {e.Message}");
        }

        return new(path, new(new EquatableArray<TuningEntry>(entries.Select(e => e.Entry))), new(entries.Select(e => e.Place)), new(entries.Select(e => e.Device)), new(problems));
    }

    private static void Root(JsonValue root, List<Found> entries, Action<JsonPosition, string> report)
    {
        if (root.Kind != JsonKind.Object)
        {
            report(root.Position, $"A tuning file is an object with version and host, and this is {root.Describe()}.");
            return;
        }

        var version = root.Find("version");
        if (version is not { Kind: JsonKind.Number, Number: First or Version })
        {
            report((version ?? root).Position, $"This compiler reads tuning files of version {First} and {Version}, and the file has {version?.Describe() ?? "none"}; make it again with dsc tune.");
            return;
        }

        // Names of the version: where it was measured, and the list.
        var (device, list) = version.Number == First ? ("processor", "host") : ("device", "entries");
        foreach (var unknown in root.Members.Where(m => m.Key != "version" && m.Key != device && m.Key != list))
            report(unknown.Value.Position, $"A tuning file of version {version.Text} has no \"{unknown.Key}\"; it has version, {device} and {list}.");
        string measured = Device(root.Find(device), device, report);
        if (root.Find(list) is not { } all) return;
        if (all.Kind != JsonKind.List) report(all.Position, $"{list} is a list of entries, and this is {all.Describe()}.");
        foreach (var item in all.Items)
        {
            if (Entry(item, version.Number == First, report) is not { } entry) continue;
            if (entries.Any(e => e.Entry.Target == entry.Target && e.Entry.Kernel == entry.Kernel && e.Entry.Shape == entry.Shape))
                report(item.Position, $"There is an entry for {entry.Kernel} ({entry.Shape}) on {entry.Target} already.");
            else entries.Add(new(entry, PlaceOf(item.Find("choice")!.Position), item.Find("device") is { } own ? Device(own, "device", report) : measured));
        }
    }

    private static string Device(JsonValue? value, string name, Action<JsonPosition, string> report)
    {
        if (value is null) return "";
        if (value.Kind != JsonKind.Text) report(value.Position, $"{name} is a text, and this is {value.Describe()}.");
        return value.Text;
    }

    private static TuningEntry? Entry(JsonValue item, bool first, Action<JsonPosition, string> report)
    {
        string name = first ? "weights" : "shape";
        var (target, kernel, shape, choice) = (item.Find("target"), item.Find("kernel"), item.Find(name), item.Find("choice"));
        if (kernel?.Kind != JsonKind.Text || shape?.Kind != JsonKind.Text || choice?.Kind != JsonKind.Object || choice.Members.Count == 0 || (!first && target?.Kind != JsonKind.Text))
        {
            report(item.Position, $"An entry has {(first ? "" : "a target, ")}a kernel and its {name}, as texts, and a choice with one number or more.");
            return null;
        }

        string machine = first ? Machine.HostTuning : target!.Text;
        if (TuningTargets.Find(machine) is null)
        {
            report(target!.Position, $"There is no target \"{machine}\" to tune for; there are {string.Join(", ", TuningTargets.All.Select(m => m.TuningTarget))}.");
            return null;
        }

        return Choice(choice, machine, report) is { } chosen ? new(machine, kernel.Text, shape.Text, chosen) : null;
    }

    private static KernelChoice? Choice(JsonValue choice, string target, Action<JsonPosition, string> report)
    {
        var (chosen, ranges) = (KernelChoice.Default, TuningRules.Ranges(target));
        foreach (var member in choice.Members)
        {
            var value = member.Value;
            if (!ranges.TryGetValue(member.Key, out var range))
            {
                string where = target == Machine.HostTuning ? "" : $" on {target}";
                report(value.Position, $"There is no choice \"{member.Key}\"{where}; there are {string.Join(", ", ranges.Keys)}.");
                return null;
            }

            if (value.Kind != JsonKind.Number || value.Number < range.Low || value.Number > range.High || value.Number % range.Step != 0)
            {
                string steps = range.Step == 1 ? "" : $" in steps of {range.Step}";
                report(value.Position, $"{member.Key} is a whole number from {range.Low} to {range.High}{steps}, and this is {value.Describe()}.");
                return null;
            }

            chosen = chosen.With(member.Key, (int)value.Number);
        }

        return chosen;
    }

    private sealed record Found(TuningEntry Entry, TuningPlace Place, string Device);

    private static TuningPlace PlaceOf(JsonPosition position) => new(position.Line, position.Column, position.Offset);
}
