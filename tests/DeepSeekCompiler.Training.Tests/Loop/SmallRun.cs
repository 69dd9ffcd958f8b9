using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Tests.Loop;

/// <summary>A run of the small pass in a folder, the same in every test and in the process that is killed.</summary>
internal sealed class SmallRun : IDisposable
{
    private readonly RoutedPass _pass;

    public SmallRun(string folder, TrainingSettings? settings = null, ITrainingObserver? observer = null)
    {
        settings ??= Settings;
        _pass = new RoutedPass(settings.MicroBatch, settings.Length);
        Trainer = new Trainer(_pass, settings, new ChainRows(200, settings.Length));
        Observer = observer ?? new Notes();
        Run = new TrainingRun(folder, Trainer, new ChainRows(9, settings.Length), Observer);
    }

    public static TrainingSettings Settings { get; } = new()
    {
        Steps = 60, Batch = 5, MicroBatch = 2, Length = 12, Seed = 3, WarmupSteps = 5, LearningRate = 0.05, BalanceRate = 0.01, EvaluateEvery = 7, CheckpointEvery = 3,
    };

    public Trainer Trainer { get; }

    public ITrainingObserver Observer { get; }

    public TrainingRun Run { get; }

    /// <summary>The logs without times.</summary>
    public static string[] Losses(string folder) =>
        [.. File.ReadAllLines(TrainingRun.LogPath(folder)).Select(l => l[..l.LastIndexOf(',')]), .. File.ReadAllLines(TrainingRun.EvaluationPath(folder))];

    public static byte[] LastTensors(string folder, int step) => File.ReadAllBytes(Path.Combine(folder, "checkpoints", $"step-{step:D8}", "state.safetensors"));

    public void Dispose()
    {
        Trainer.Dispose();
        _pass.Dispose();
    }

    /// <summary>Remembers what it is told.</summary>
    internal class Notes : ITrainingObserver
    {
        public List<string> Sentences { get; } = [];

        public List<StepReport> Steps { get; } = [];

        public List<EvaluationReport> Evaluations { get; } = [];

        public virtual void OnStep(StepReport report) => Steps.Add(report);

        public void OnEvaluation(EvaluationReport report) => Evaluations.Add(report);

        public virtual void OnCheckpoint(int step)
        {
        }

        public void OnNote(string sentence) => Sentences.Add(sentence);
    }
}
