namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>One check or measurement.</summary>
/// <param name="Name">What people read.</param>
/// <param name="Run">Does it and puts down its figures; throws with a sentence where something is wrong.</param>
internal sealed record WorkItem(string Name, Action<Dictionary<string, double>> Run);

/// <summary>Items that share a process as long as none of them takes it down.</summary>
internal interface IStage : IDisposable
{
    string Name { get; }

    /// <summary>The items, the same ones in the same order every time.</summary>
    IEnumerable<WorkItem> Items();
}
