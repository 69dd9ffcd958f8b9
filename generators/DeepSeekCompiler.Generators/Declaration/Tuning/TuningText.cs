using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Tuning;

/// <summary>A tuning file, read.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Tuning">What it chooses; without positions, so that edits of white space leave it equal.</param>
/// <param name="Places">Where each entry's choice stands, a problem in the making.</param>
/// <param name="Devices">Where each entry was measured, in words; empty where the file does not say.</param>
/// <param name="Problems">What is wrong with it, whatever the model.</param>
public sealed record TuningText(string Path, ScheduleTuning Tuning, EquatableArray<TuningPlace> Places, EquatableArray<string> Devices, EquatableArray<ConfigProblem> Problems);
