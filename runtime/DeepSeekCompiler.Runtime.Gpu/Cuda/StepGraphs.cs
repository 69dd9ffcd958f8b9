using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Records the launches of a decode step as a CUDA graph and replays them for later steps of the same kind. What changes from step to step (tokens,
/// position) lies in device memory and is written before the replay, so nothing of the graph changes; what the launches depend on otherwise is the key:
/// tokens, rows of logits, form, and how the context is split, which stays the same over a range of contexts (a bucket) and is asked again before every
/// replay. The first step of a kind is launched plainly: it compiles kernels and grows working memory, which a recording must not.</summary>
internal sealed class StepGraphs(DeviceRun run, CudaKernels kernels) : IDisposable
{
    private readonly Dictionary<Kind, Recording> _recordings = [];

    private readonly record struct Kind(bool Draft, int Count, int Rows, (int Row, bool Own) HiddenRow, bool Absorbed);

    /// <summary>Runs a step: by replay where one of its kind was recorded.</summary>
    /// <param name="step">The step, prepared.</param>
    /// <param name="draft">Whether it is a draft.</param>
    /// <param name="rows">Rows of logits.</param>
    /// <param name="launch">Queues its launches.</param>
    public void Run(DeviceStep step, bool draft, int rows, Action launch)
    {
        if (step.Count > CompiledModel.MaxDecode || step.Observer is not null || kernels.Report.Refusal is not null)
        {
            launch();
            return;
        }

        var kind = new Kind(draft, step.Count, rows, draft ? step.HiddenRow : default, step.Absorbed);
        if (!_recordings.TryGetValue(kind, out var recording) || recording.Memory != run.MemoryVersion || !run.Answers(recording.Questions, step.Position.Value))
        {
            recording?.Dispose();
            _recordings[kind] = Plain(step, launch);
            return;
        }

        if (recording.Graph is null && !Record(recording, launch))
        {
            launch();
            return;
        }

        recording.Graph!.Launch(kernels.Stream);
        kernels.Report.Replayed++;
    }

    /// <summary>Forgets what was recorded: memory that it uses goes away.</summary>
    public void Clear()
    {
        foreach (var recording in _recordings.Values)
        {
            recording.Dispose();
        }

        _recordings.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private Recording Plain(DeviceStep step, Action launch)
    {
        run.Questions = [];
        step.DependsOnPosition = false;
        try
        {
            launch();
            if (step.DependsOnPosition)
            {
                kernels.Report.Refusal = "a launch of the step depends on its position.";
            }

            return new([.. run.Questions], run.MemoryVersion);
        }
        finally
        {
            run.Questions = null;
        }
    }

    private bool Record(Recording recording, Action launch)
    {
        recording.Graph = CudaGraph.Record(kernels.Stream, launch, out var refusal);
        if (recording.Graph is null)
        {
            kernels.Report.Refusal = refusal;
            return false;
        }

        kernels.Report.Recorded++;
        return true;
    }

    private sealed class Recording(SplitQuestion[] questions, int memory) : IDisposable
    {
        public SplitQuestion[] Questions { get; } = questions;

        public int Memory { get; } = memory;

        /// <summary>Null until it is recorded.</summary>
        public CudaGraph? Graph { get; set; }

        public void Dispose()
        {
            Graph?.Dispose();
            Graph = null;
        }
    }
}
