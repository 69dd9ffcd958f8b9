using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Tuning;

/// <summary>Reads what <c>dsc tune</c> writes: <c>{ "version": 1, "processor": "...", "host": [ { "kernel": ..., "weights": ..., "choice": { "tokens": 8 } } ] }</c>.
/// Choices for devices would stand beside those for the host.</summary>
public static class TuningReader
{
    /// <summary>The one version there is.</summary>
    public const int Version = 1;

    /// <summary>End of the names of tuning files among the AdditionalFiles.</summary>
    public const string Extension = ".tuning.json";

    /// <param name="path">For messages.</param>
    /// <param name="text">The file.</param>
    public static TuningText Read(string path, string text)
    {
        var problems = new List<ConfigProblem>();
        var entries = new List<(TuningEntry Entry, TuningPlace Place)>();
        void Report(JsonPosition at, string message) => problems.Add(new(ProblemCode.TuningFile, message, "", at.Line, at.Column, at.Offset));
        try
        {
            Root(JsonReader.Read(text), entries, Report);
        }
        catch (JsonException e)
        {
            Report(e.Position, $"The tuning file is not JSON: {e.Message}");
        }

        return new(path, new(new EquatableArray<TuningEntry>(entries.Select(e => e.Entry))), new(entries.Select(e => e.Place)), new(problems));
    }

    private static void Root(JsonValue root, List<(TuningEntry Entry, TuningPlace Place)> entries, Action<JsonPosition, string> report)
    {
        if (root.Kind != JsonKind.Object)
        {
            report(root.Position, $"A tuning file is an object with version and host, and this is {root.Describe()}.");
            return;
        }

        var version = root.Find("version");
        if (version is not { Kind: JsonKind.Number, Number: Version })
        {
            report((version ?? root).Position, $"This compiler reads tuning files of version {Version}, and the file has {version?.Describe() ?? "none"}; make it again with dsc tune.");
            return;
        }

        foreach (var unknown in root.Members.Where(m => m.Key is not ("version" or "processor" or "host"))) report(unknown.Value.Position, $"A tuning file has no \"{unknown.Key}\"; it has version, processor and host.");
        if (root.Find("host") is not { } host) return;
        if (host.Kind != JsonKind.List) report(host.Position, $"host is a list of entries, and this is {host.Describe()}.");
        foreach (var item in host.Items)
        {
            if (Entry(item, report) is not { } entry) continue;
            if (entries.Any(e => e.Entry.Kernel == entry.Kernel && e.Entry.Weights == entry.Weights)) report(item.Position, $"There is an entry for {entry.Kernel} ({entry.Weights}) already.");
            else entries.Add((entry, PlaceOf(item.Find("choice")!.Position)));
        }
    }

    private static TuningEntry? Entry(JsonValue item, Action<JsonPosition, string> report)
    {
        var (kernel, weights, choice) = (item.Find("kernel"), item.Find("weights"), item.Find("choice"));
        if (kernel?.Kind != JsonKind.Text || weights?.Kind != JsonKind.Text || choice?.Kind != JsonKind.Object || choice.Members.Count == 0)
        {
            report(item.Position, "An entry has a kernel and its weights, as texts, and a choice with one number or more.");
            return null;
        }

        var chosen = KernelChoice.Default;
        foreach (var member in choice.Members)
        {
            var value = member.Value;
            if (!TuningRules.Ranges.TryGetValue(member.Key, out var range))
            {
                report(value.Position, $"There is no choice \"{member.Key}\"; there are {string.Join(", ", TuningRules.Ranges.Keys)}.");
                return null;
            }

            if (value.Kind != JsonKind.Number || value.Number < range.Low || value.Number > range.High || value.Number % range.Step != 0)
            {
                string steps = range.Step == 1 ? "" : $" in steps of {range.Step}";
                report(value.Position, $"{member.Key} is a whole number from {range.Low} to {range.High}{steps}, and this is {value.Describe()}.");
                return null;
            }

            chosen = chosen.With(member.Key, (int)value.Number)!;
        }

        return new(kernel.Text, weights.Text, chosen);
    }

    private static TuningPlace PlaceOf(JsonPosition position) => new(position.Line, position.Column, position.Offset);
}
