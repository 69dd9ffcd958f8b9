using System.Runtime.InteropServices;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Tests.Loop;

/// <summary>Small, with everything that a loop has to deal with: a router whose scores favour some experts and whose bias decides, a vector, and a second objective.</summary>
/// <remarks>Logits of the next token are a row of a table, plus those of the token's expert, plus a bias vector. The token after the next has a table of its own.</remarks>
internal sealed unsafe class RoutedPass : TrainingPass
{
    public const int Vocabulary = 48;
    public const int Experts = 4;

    private readonly int* _chosen;

    public RoutedPass(int batch, int length)
        : base(LayoutOf(), batch, length, 1)
    {
        _chosen = (int*)NativeMemory.Alloc((nuint)(batch * length * sizeof(int)));
        Logits = new double[Vocabulary];
    }

    private double[] Logits { get; }

    // Leaked on purpose in tests: a few kilobytes.
    protected override int* Chosen(int block) => _chosen;

    protected override void Forward(HostRun run, TrainingStep step)
    {
        for (int i = 0; i < step.Batch * step.Length; i++)
        {
            int id = step.Ids[i], expert = _chosen[i] = Expert(id);
            step.Losses[i] = Row(step.Targets[i], step.MainFactor, step.Backward, [(0, id), (1, expert), (2, 0)]);
        }

        for (int i = 0; i < step.Batch * (step.Length - 1); i++) step.MtpLosses[i] = Row(step.MtpTargets[i], step.MtpFactor, step.Backward, [(3, step.MtpIds[i])]);
    }

    // The forward pass has done it.
    protected override void Backward(HostRun run, TrainingStep step)
    {
    }

    private int Expert(int id)
    {
        int best = 0;
        for (int e = 1; e < Experts; e++)
        {
            if (Score(id, e) > Score(id, best)) best = e;
        }

        return best;
    }

    // Expert 0 has the best scores for all tokens, until its bias has fallen.
    private float Score(int id, int expert) => ((id * 7) + (expert * 3)) % 11 / 50f + (expert == 0 ? 0.3f : 0) + Value(4)[expert];

    private float Row(int target, float factor, bool backward, ReadOnlySpan<(int Slot, int Row)> parts)
    {
        if (target < 0) return 0;
        double largest = double.NegativeInfinity, sum = 0;
        for (int v = 0; v < Vocabulary; v++)
        {
            Logits[v] = 0;
            foreach (var (slot, row) in parts) Logits[v] += Value(slot)[(row * Vocabulary) + v];
            largest = Math.Max(largest, Logits[v]);
        }

        for (int v = 0; v < Vocabulary; v++) sum += Math.Exp(Logits[v] - largest);
        for (int v = 0; backward && v < Vocabulary; v++)
        {
            float slope = (float)(((Math.Exp(Logits[v] - largest) / sum) - (v == target ? 1 : 0)) * factor);
            foreach (var (slot, row) in parts) Gradient(slot)[(row * Vocabulary) + v] += slope;
        }

        return (float)(largest + Math.Log(sum) - Logits[target]);
    }

    private static TrainingLayout LayoutOf() => new()
    {
        Info = new ModelInfo
        {
            Name = "Routed", Family = "test", VocabSize = Vocabulary, HiddenSize = 1, NumHiddenLayers = 1, NumNextnPredictLayers = 1, MaxPositionEmbeddings = 4096, CacheRowBytes = 0,
            TotalParameters = 1, ActiveParameters = 1, ActiveBytes = 4, Formats = "f32", VectorWidths = [0],
        },
        Manifest =
        [
            new TensorSlot("table", StorageFormat.F32, Vocabulary, Vocabulary, false), new TensorSlot("experts", StorageFormat.F32, Experts, Vocabulary, false),
            new TensorSlot("bias", StorageFormat.F32, 1, Vocabulary, true), new TensorSlot("mtp", StorageFormat.F32, Vocabulary, Vocabulary, false),
            new TensorSlot("correction", StorageFormat.F32, 1, Experts, true),
        ],
        Tied = [], ExpertLayers = [(0, 4)], Experts = Experts, ExpertsPerToken = 1, Blocks = 1, Kept = [], Work = [], RopeFrequencies = [1], RopeMagnitude = 1,
    };
}
