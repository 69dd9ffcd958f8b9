using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests.Training;

// Declarations have enumerations of the same names.
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

/// <summary>Gradients against finite differences of the plain reference in double, on ragged shapes and every kind of layer; every tensor is asked.</summary>
public sealed unsafe class TrainingDifferenceTests
{
    private const double Step = 1e-5;

    [Theory]
    [InlineData("latent", 2, 9, 512)]
    [InlineData("latent", 1, 70, 256)]
    [InlineData("no query latent", 3, 11, 128)]
    [InlineData("no query latent", 2, 5, 0)]
    [InlineData("multi-head", 2, 13, 512)]
    [InlineData("grouped", 1, 67, 512)]
    [InlineData("multi-query", 2, 10, 256)]
    [InlineData("dense, tied", 2, 12, 512)]
    public void Gradients_EqualFiniteDifferences(string kind, int batch, int length, int width)
    {
        var spec = Spec(kind);
        using var folder = new TempFolder();
        using (var model = ModelLoader.Create(spec, new LoadOptions { VectorWidth = width })) SyntheticCheckpoint.Write(model.Manifest, folder.Path);
        using var weights = new ReferenceWeights(folder.Path);
        using var pass = TrainingCompiler.Open(spec, new() { Batch = batch, Length = length, Threads = 2, VectorWidth = width });
        Fill(pass, weights);
        var random = new Random(length);
        int[] tokens = [.. Enumerable.Range(0, batch * length).Select(_ => random.Next(spec.VocabSize))];
        var loss = pass.Accumulate(tokens, batch, length, new LossOptions());
        double Reference() => ReferenceLoss(spec, weights, tokens, batch, length);
        Assert.Equal(Reference(), loss.Main, Tolerances.Loss);
        foreach (var p in pass.Parameters)
        {
            var gradient = TrainingCase.Gradient(p);
            double norm = 0;
            int largest = 0;
            for (int i = 0; i < gradient.Length; i++)
            {
                norm += (double)gradient[i] * gradient[i];
                if (Math.Abs(gradient[i]) > Math.Abs(gradient[largest])) largest = i;
            }

            double[] values = weights[p.Name];
            foreach (int at in new[] { largest, random.Next(gradient.Length) })
            {
                double before = values[at];
                values[at] = before + Step;
                double up = Reference();
                values[at] = before - Step;
                double difference = (up - Reference()) / (2 * Step);
                values[at] = before;
                Assert.True(Math.Abs(difference - gradient[at]) <= Tolerances.Difference * Math.Sqrt(norm) + Tolerances.DifferenceNoise,
                    FormattableString.Invariant($"{kind}: {p.Name} at {at}: {gradient[at]}, finite difference {difference}, norm {Math.Sqrt(norm)}"));
            }
        }
    }

    /// <summary>The balance loss is the pass' own: its differences are taken in float32, with a step as large as the rounding asks for.</summary>
    [Theory]
    [InlineData(ScoringFunc.Sigmoid)]
    [InlineData(ScoringFunc.Softmax)]
    public void TheBalanceLoss_PullsAlongItsSlope(ScoringFunc scoring)
    {
        var spec = Spec("no query latent");
        spec = spec with { NumHiddenLayers = 2, Experts = spec.Experts! with { ScoringFunc = scoring } };
        using var folder = new TempFolder();
        using (var model = ModelLoader.Create(spec, new LoadOptions { VectorWidth = 512 })) SyntheticCheckpoint.Write(model.Manifest, folder.Path);
        using var weights = new ReferenceWeights(folder.Path);
        using var pass = TrainingCompiler.Open(spec, new() { Batch = 2, Length = 20, Threads = 2, VectorWidth = 512 });
        Fill(pass, weights);
        var random = new Random(3);
        int[] tokens = [.. Enumerable.Range(0, 40).Select(_ => random.Next(spec.VocabSize))];
        var options = new LossOptions { MainScale = 0, BalanceScale = 1 };
        Assert.InRange(pass.Accumulate(tokens, 2, 20, options).Balance, 0.5, 4);
        var gate = pass.Parameters.Single(p => p.Name == "model.layers.1.mlp.gate.weight");
        var gradient = TrainingCase.Gradient(gate).ToArray();
        double norm = Math.Sqrt(gradient.Sum(g => (double)g * g));
        // Along the gradient the loss rises by its norm.
        const double Along = 1e-3;
        double At(double distance)
        {
            var before = new Span<float>(gate.Values, gradient.Length).ToArray();
            for (int i = 0; i < gradient.Length; i++) gate.Values[i] += (float)(distance * gradient[i] / norm);
            double loss = pass.Accumulate(tokens, 2, 20, options).Balance;
            before.CopyTo(new Span<float>(gate.Values, gradient.Length));
            return loss;
        }

        Assert.Equal(norm, (At(Along) - At(-Along)) / (2 * Along), Tolerances.FloatDifference * norm);
    }

    private static double ReferenceLoss(ModelSpec spec, ReferenceWeights weights, int[] tokens, int batch, int length)
    {
        double sum = 0;
        for (int b = 0; b < batch; b++)
        {
            var model = new ReferenceModel(spec, weights);
            for (int i = 0; i + 1 < length; i++)
            {
                double[] logits = model.Step(tokens[(b * length) + i]);
                double most = logits.Max();
                sum += Math.Log(logits.Sum(l => Math.Exp(l - most))) + most - logits[tokens[(b * length) + i + 1]];
            }
        }

        return sum / (batch * (length - 1));
    }

    private static void Fill(TrainingPass pass, ReferenceWeights weights)
    {
        foreach (var p in pass.Parameters)
        {
            double[] values = weights[p.Name];
            for (int i = 0; i < values.Length; i++) p.Values[i] = (float)values[i];
        }

        foreach (var layer in pass.ExpertLayers)
        {
            if (layer.BiasName is null) continue;
            double[] values = weights[layer.BiasName];
            for (int i = 0; i < values.Length; i++) layer.Bias[i] = (float)values[i];
        }
    }

    private static ModelSpec Spec(string kind)
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        var latent = new LatentAttentionSpec { NumAttentionHeads = 3, QLoraRank = 21, KvLoraRank = 19, QkNopeHeadDim = 7, QkRopeHeadDim = 6, VHeadDim = 11 };
        var experts = spec.Experts! with { NRoutedExperts = 6, NumExpertsPerTok = 2, NGroup = 2, TopkGroup = 1, MoeIntermediateSize = 13, NSharedExperts = 1, FirstKDenseReplace = 1 };
        spec = spec with { HiddenSize = 37, IntermediateSize = 50, VocabSize = 45, NumHiddenLayers = 2, NumNextnPredictLayers = 0, Attention = latent, Experts = experts };
        return kind switch
        {
            "latent" => spec,
            "no query latent" => spec with
            {
                Attention = latent with { QLoraRank = 0 },
                Experts = experts with { ScoringFunc = ScoringFunc.Softmax, TopkMethod = TopkMethod.Greedy, NormTopkProb = false, NSharedExperts = 0, NGroup = 1, TopkGroup = 1 },
            },
            "multi-head" => spec with { Attention = Grouped(3, 3, 10) },
            "grouped" => spec with { Attention = Grouped(4, 2, 18) },
            "multi-query" => spec with { Attention = Grouped(5, 1, 6) },
            _ => spec with { Experts = null, TieWordEmbeddings = true },
        };
    }

    private static GroupedQueryAttentionSpec Grouped(int heads, int groups, int headDim) => new() { NumAttentionHeads = heads, NumKeyValueHeads = groups, HeadDim = headDim };
}
