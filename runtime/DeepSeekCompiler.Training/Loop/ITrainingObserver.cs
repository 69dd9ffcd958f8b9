namespace DeepSeekCompiler.Training.Loop;

/// <summary>Watches a run.</summary>
public interface ITrainingObserver
{
    void OnStep(StepReport report);

    void OnEvaluation(EvaluationReport report);

    /// <summary>A checkpoint is safe on the disk.</summary>
    void OnCheckpoint(int step);

    /// <summary>Something worth a sentence, such as a damaged checkpoint that was passed over.</summary>
    void OnNote(string sentence);
}
