using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Declaration.Tuning;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>A tuning file for a model that is compiled at run time.</summary>
public sealed class TuningFile
{
    private readonly TuningText _text;

    private TuningFile(TuningText text) => _text = text;

    /// <exception cref="CheckpointException">The file cannot be read, or is no tuning file.</exception>
    public static TuningFile Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(File.Exists(path) ? $"{path} cannot be read: {e.Message}" : $"There is no tuning file {path}; dsc tune makes one.", e);
        }

        var file = new TuningFile(TuningReader.Read(path, text));
        return file._text.Problems.Count == 0 ? file : throw file.Error(file._text.Problems[0]);
    }

    /// <summary>Its choices.</summary>
    /// <exception cref="CheckpointException">One does not fit the model.</exception>
    public ScheduleTuning For(ModelSpec spec) =>
        TuningChecks.Of(spec, _text).FirstOrDefault(p => p.Code != ProblemCode.TuningUnused) is { } problem ? throw Error(problem) : _text.Tuning;

    /// <summary>Its choices for a model that runs on a target.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="target">The target (see <see cref="Generators.Schedules.Machine.TuningTarget"/>).</param>
    /// <exception cref="CheckpointException">One does not fit the model, or all are for other targets.</exception>
    public ScheduleTuning For(ModelSpec spec, string target)
    {
        var all = For(spec);
        if (all.Entries.Count == 0 || all.Entries.Any(e => e.Target == target)) return all;
        throw new CheckpointException($"{_text.Path} was measured for {string.Join(", ", all.Entries.Select(e => e.Target).Distinct())} and has nothing to choose for {target}, where the model is to run; dsc tune --device makes a file for it.");
    }

    /// <summary>A sentence for every entry that the model does not use.</summary>
    public IEnumerable<string> Unused(ModelSpec spec) => TuningChecks.Of(spec, _text).Where(p => p.Code == ProblemCode.TuningUnused).Select(Sentence);

    /// <summary>Its entries, and where each was measured.</summary>
    internal IEnumerable<(TuningEntry Entry, string Device)> Entries => _text.Tuning.Entries.Zip(_text.Devices);

    private CheckpointException Error(ConfigProblem problem) => new(Sentence(problem));

    private string Sentence(ConfigProblem problem) => FormattableString.Invariant($"{_text.Path}({problem.Line},{problem.Column}): {problem.Message}");
}
