using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Tests.Optimization;

/// <summary>The smallest model that learns: logits of the next token are a row of a table, plus a bias vector. Written out, for tests of the loop.</summary>
internal sealed unsafe class BigramPass(int vocabulary, int batch, int length, int threads) : TrainingPass(LayoutOf(vocabulary), batch, length, threads)
{
    protected override int* Chosen(int block) => throw new NotSupportedException("A bigram model has no experts.");

    protected override void Forward(HostRun run, TrainingStep step)
    {
        int vocabulary = Layout.Info.VocabSize;
        for (int i = 0; i < step.Batch * step.Length; i++)
        {
            (step.Margins[i], step.Totals[i]) = (0, 1);
            if (step.Targets[i] < 0) continue;
            double largest = double.NegativeInfinity, sum = 0;
            for (int v = 0; v < vocabulary; v++) largest = Math.Max(largest, Logit(step.Ids[i], v));
            for (int v = 0; v < vocabulary; v++) sum += Math.Exp(Logit(step.Ids[i], v) - largest);
            (step.Margins[i], step.Totals[i]) = ((float)(largest - Logit(step.Ids[i], step.Targets[i])), (float)sum);
            for (int v = 0; step.Backward && v < vocabulary; v++)
            {
                float slope = (float)(((Math.Exp(Logit(step.Ids[i], v) - largest) / sum) - (v == step.Targets[i] ? 1 : 0)) * *step.MainFactor);
                Gradient(0)[(step.Ids[i] * vocabulary) + v] += slope;
                Gradient(1)[v] += slope;
            }
        }
    }

    // The forward pass has done it.
    protected override void Backward(HostRun run, TrainingStep step)
    {
    }

    private double Logit(int token, int next) => Value(0)[(token * Layout.Info.VocabSize) + next] + Value(1)[next];

    private static TrainingLayout LayoutOf(int vocabulary) => new()
    {
        Info = new ModelInfo
        {
            Name = "Bigram", Family = "test", VocabSize = vocabulary, HiddenSize = 1, NumHiddenLayers = 0, NumNextnPredictLayers = 0, MaxPositionEmbeddings = 4096, CacheRowBytes = 0,
            TotalParameters = (long)vocabulary * (vocabulary + 1), ActiveParameters = 2L * vocabulary, ActiveBytes = 8L * vocabulary, Formats = "f32", VectorWidths = [0],
        },
        Manifest = [new TensorSlot("table", StorageFormat.F32, vocabulary, vocabulary, false), new TensorSlot("bias", StorageFormat.F32, 1, vocabulary, true)],
        Tied = [], ExpertLayers = [], Experts = 0, ExpertsPerToken = 0, Blocks = 0, Kept = [], Work = [], RopeFrequencies = [1], RopeMagnitude = 1,
    };
}
