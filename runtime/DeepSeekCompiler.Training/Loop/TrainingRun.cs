using DeepSeekCompiler.Training.Checkpoints;
using DeepSeekCompiler.Training.Data;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>A run in a folder: steps, evaluations, logs and checkpoints, until the last step or until it is asked to stop.</summary>
public sealed class TrainingRun
{
    private readonly string _folder;
    private readonly Trainer _trainer;
    private readonly IRowSource? _heldOut;
    private readonly ITrainingObserver _observer;
    private readonly CheckpointStore _store;

    /// <param name="folder">Where logs and checkpoints are; it is made.</param>
    /// <param name="trainer">At step 0.</param>
    /// <param name="heldOut">What evaluations look at; null for none.</param>
    /// <param name="observer">Watches.</param>
    public TrainingRun(string folder, Trainer trainer, IRowSource? heldOut, ITrainingObserver observer)
    {
        (_folder, _trainer, _heldOut, _observer) = (folder, trainer, heldOut, observer);
        _store = new CheckpointStore(folder, trainer.Settings.KeepCheckpoints);
    }

    /// <summary>Called at every stage of writing, for tests that want to die there.</summary>
    internal Action<string>? AtStage
    {
        set => _store.AtStage = value;
    }

    /// <summary>The file with a line a step.</summary>
    public static string LogPath(string folder) => Path.Combine(folder, "log.csv");

    /// <summary>The file with a line an evaluation.</summary>
    public static string EvaluationPath(string folder) => Path.Combine(folder, "evaluations.csv");

    /// <summary>Trains up to the last step.</summary>
    /// <param name="resume">Goes on from the newest sound checkpoint of the folder, if there is one.</param>
    /// <param name="cancel">Ends the run after the step it is at, with a checkpoint.</param>
    /// <returns>Whether the last step was reached.</returns>
    /// <exception cref="TrainingException">The folder holds a run and <paramref name="resume"/> was not said, another process trains there, or training failed.</exception>
    public bool Run(bool resume, CancellationToken cancel = default)
    {
        using var guard = FolderLock.Take(_folder);
        if (!resume && _store.Any) throw new TrainingException($"{_folder} holds the checkpoints of a run; go on with it (resume), or give another folder.");
        if (resume && _store.Load(_trainer.Tensors, _observer.OnNote) is { } state) _trainer.Restore(state);
        using var steps = new RunLog(LogPath(_folder), RunLog.StepColumns, _trainer.Step);
        using var evaluations = new RunLog(EvaluationPath(_folder), RunLog.EvaluationColumns, _trainer.Step);
        var settings = _trainer.Settings;
        bool saved = true;
        while (_trainer.Step < settings.Steps && !cancel.IsCancellationRequested)
        {
            var report = _trainer.Train();
            steps.Add(report);
            _observer.OnStep(report);
            saved = false;
            if (_heldOut is not null && IsTime(settings.EvaluateEvery))
            {
                var evaluation = _trainer.Evaluate(_heldOut);
                evaluations.Add(evaluation);
                _observer.OnEvaluation(evaluation);
            }

            if (IsTime(settings.CheckpointEvery))
            {
                Save(steps, evaluations);
                saved = true;
            }
        }

        if (!saved) Save(steps, evaluations);
        return _trainer.Step >= settings.Steps;
    }

    private bool IsTime(int every) => _trainer.Step == _trainer.Settings.Steps || (every > 0 && _trainer.Step % every == 0);

    // Logs first: a checkpoint never has steps that its log lacks.
    private void Save(RunLog steps, RunLog evaluations)
    {
        steps.Flush();
        evaluations.Flush();
        _store.Save(_trainer.State, _trainer.Tensors);
        _observer.OnCheckpoint(_trainer.Step);
    }
}
