using System.Globalization;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Training.Checkpoints;

/// <summary>The checkpoints of a run: folders <c>checkpoints/step-N</c>. One that has its name is whole; an older one goes only after that.</summary>
/// <remarks>A folder is written as <c>step-N.partial</c>, brought to the disk file by file, and renamed. Old ones are renamed to <c>step-N.old</c> before they are deleted.</remarks>
public sealed class CheckpointStore
{
    private const string Prefix = "step-";
    private const string Partial = ".partial";
    private const string Old = ".old";

    private readonly string _folder;
    private readonly int _keep;

    /// <param name="run">The run's folder.</param>
    /// <param name="keep">Checkpoints that stay, at least 2.</param>
    public CheckpointStore(string run, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 2);
        (_folder, _keep) = (Path.Combine(run, "checkpoints"), keep);
    }

    /// <summary>Called at every stage of a write, for tests that want to die there.</summary>
    internal Action<string>? AtStage { get; set; }

    /// <summary>Whether there is a checkpoint, sound or not.</summary>
    public bool Any => Steps().Count > 0;

    /// <summary>Writes a checkpoint; when this returns it is on the disk, and the oldest are gone.</summary>
    /// <exception cref="TrainingException">It cannot be written; the earlier ones are as they were.</exception>
    public void Save(TrainingState state, IReadOnlyList<StateTensor> tensors)
    {
        string path = PathOf(state.Step), partial = path + Partial;
        try
        {
            Directory.CreateDirectory(_folder);
            Clean();
            CheckpointFiles.Write(partial, state, tensors, AtStage);

            // There is one of this step only where a run went on from an earlier one; it has the same content, or is damaged.
            if (Directory.Exists(path)) Remove(path);
            AtStage?.Invoke("before the rename");
            Directory.Move(partial, path);
            Files.DurableFile.FlushFolder(_folder);
            AtStage?.Invoke("after the rename");
            foreach (int step in Steps().SkipLast(_keep)) Remove(PathOf(step));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CheckpointException)
        {
            throw new TrainingException($"The checkpoint {path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Reads the newest sound checkpoint into tensors.</summary>
    /// <param name="tensors">Where to; untouched by checkpoints that are not sound.</param>
    /// <param name="note">Gets a sentence for every checkpoint that was passed over.</param>
    /// <returns>Its state; null where there is no checkpoint at all.</returns>
    /// <exception cref="TrainingException">There are checkpoints, but none is sound, or the newest sound one is of another model.</exception>
    public TrainingState? Load(IReadOnlyList<StateTensor> tensors, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(note);
        foreach (int step in Steps().AsEnumerable().Reverse())
        {
            if (CheckpointFiles.Problem(PathOf(step)) is { } problem)
            {
                note($"{problem} The checkpoint before it is taken.");
                continue;
            }

            return CheckpointFiles.Read(PathOf(step), tensors);
        }

        return Any ? throw new TrainingException($"None of the checkpoints in {_folder} is sound; start again in another folder.") : null;
    }

    private string PathOf(int step) => Path.Combine(_folder, Prefix + step.ToString("D8", CultureInfo.InvariantCulture));

    private List<int> Steps() => !Directory.Exists(_folder) ? []
        : [.. Directory.GetDirectories(_folder, Prefix + "*").Select(d => int.TryParse(Path.GetFileName(d).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : -1).Where(s => s >= 0).Order()];

    private void Remove(string path)
    {
        if (Directory.Exists(path + Old)) Directory.Delete(path + Old, recursive: true);
        Directory.Move(path, path + Old);
        AtStage?.Invoke("before a deletion");
        Directory.Delete(path + Old, recursive: true);
    }

    // What a crash left behind.
    private void Clean()
    {
        foreach (string left in Directory.GetDirectories(_folder).Where(d => d.EndsWith(Partial, StringComparison.Ordinal) || d.EndsWith(Old, StringComparison.Ordinal))) Directory.Delete(left, recursive: true);
    }
}
