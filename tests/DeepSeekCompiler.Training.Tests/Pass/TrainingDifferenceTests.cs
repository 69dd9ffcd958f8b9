using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Models.Tests;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

// Declarations have enumerations of the same names.
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

/// <summary>Gradients against finite differences of the plain reference in double, on ragged shapes and every kind of layer; every tensor is asked.</summary>
public sealed unsafe class TrainingDifferenceTests
{
    private const double Step = 2e-5;
    private const double MtpScale = 0.7;

    [Theory]
    [InlineData("latent", 2, 9, 512)]
    [InlineData("latent", 1, 70, 256)]
    [InlineData("latent, prediction", 2, 11, 512)]
    [InlineData("latent, prediction", 1, 53, 128)]
    [InlineData("no query latent", 3, 11, 128)]
    [InlineData("no query latent", 2, 5, 0)]
    [InlineData("multi-head", 2, 13, 512)]
    [InlineData("grouped", 1, 67, 512)]
    [InlineData("multi-query", 2, 10, 256)]
    [InlineData("dense, tied", 2, 12, 512)]
    public void Gradients_EqualFiniteDifferences(string kind, int batch, int length, int width) => Check(kind, new() { Batch = batch, Length = length, Threads = 2, VectorWidth = width });

    /// <summary>A pass of a kind of model, on one micro-batch as large as it takes.</summary>
    internal static void Check(string kind, TrainingOptions options)
    {
        int batch = options.Batch, length = options.Length;
        var random = new Random(length);
        var spec = Spec(kind, random);
        using var folder = new TempFolder();
        using var pass = TrainingCompiler.Open(spec, options);
        SyntheticCheckpoint.Write(pass.Layout.Manifest, folder.Path);
        using var weights = new ReferenceWeights(folder.Path);
        Fill(pass, weights);
        int[] tokens = [.. Enumerable.Range(0, batch * length).Select(_ => random.Next(spec.VocabSize))];
        var loss = pass.Accumulate(tokens, batch, length, new LossOptions { MtpScale = MtpScale });
        double Reference() => ReferenceLoss(spec, weights, tokens, batch, length);
        Assert.Equal(Reference(), loss.Main + (MtpScale * loss.Mtp), Tolerances.Loss);
        foreach (var p in pass.Parameters)
        {
            // Along a random direction the loss rises by the gradient's part in it.
            var gradient = TrainingCase.Gradient(p);
            double[] values = weights[p.Name], before = [.. values], direction = [.. values.Select(_ => random.Next(2) == 0 ? -1 / Math.Sqrt(values.Length) : 1 / Math.Sqrt(values.Length))];
            double norm = 0, along = 0;
            for (int i = 0; i < gradient.Length; i++)
            {
                norm += (double)gradient[i] * gradient[i];
                along += gradient[i] * direction[i];
            }

            double At(double distance)
            {
                for (int i = 0; i < values.Length; i++) values[i] = before[i] + (distance * direction[i]);
                return Reference();
            }

            double difference = (At(Step) - At(-Step)) / (2 * Step);
            before.CopyTo(values, 0);
            Assert.True(Math.Abs(difference - along) <= (Tolerances.Difference * Math.Sqrt(norm)) + Tolerances.DifferenceNoise,
                FormattableString.Invariant($"{kind}: {p.Name}: {along} along a direction, finite difference {difference}, norm {Math.Sqrt(norm)}"));
        }
    }

    /// <summary>The balance loss is the pass' own: its differences are taken in float32, with a step as large as the rounding asks for.</summary>
    [Theory]
    [InlineData(ScoringFunc.Sigmoid)]
    [InlineData(ScoringFunc.Softmax)]
    public void TheBalanceLoss_PullsAlongItsSlope(ScoringFunc scoring)
    {
        var spec = Spec("no query latent", new Random(1));
        spec = spec with { NumHiddenLayers = 2, Experts = spec.Experts! with { ScoringFunc = scoring } };
        using var folder = new TempFolder();
        using var pass = TrainingCompiler.Open(spec, new() { Batch = 2, Length = 20, Threads = 2, VectorWidth = 512 });
        SyntheticCheckpoint.Write(pass.Layout.Manifest, folder.Path);
        using var weights = new ReferenceWeights(folder.Path);
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
            float* values = gate.Values;
            var before = new Span<float>(values, gradient.Length).ToArray();
            for (int i = 0; i < gradient.Length; i++) values[i] += (float)(distance * gradient[i] / norm);
            double loss = pass.Accumulate(tokens, 2, 20, options).Balance;
            before.CopyTo(new Span<float>(gate.Values, gradient.Length));
            return loss;
        }

        Assert.Equal(norm, (At(Along) - At(-Along)) / (2 * Along), Tolerances.FloatDifference * norm);
    }

    private static double ReferenceLoss(ModelSpec spec, ReferenceWeights weights, int[] tokens, int batch, int length)
    {
        bool predicts = spec.NumNextnPredictLayers > 0;
        if (predicts) Tie(spec, weights);
        double main = 0, mtp = 0;
        for (int b = 0; b < batch; b++)
        {
            var model = new ReferenceModel(spec, weights);
            var row = tokens.AsSpan(b * length, length);
            for (int i = 0; i + 1 < length; i++) main += CrossEntropy(model.Step(row[i]), row[i + 1]);
            for (int i = 0; predicts && i + 2 < length; i++) mtp += CrossEntropy(model.Draft(i, row[i + 1]), row[i + 2]);
        }

        return (main / (batch * (length - 1))) + (MtpScale * mtp / (batch * (length - 2)));
    }

    private static double CrossEntropy(double[] logits, int target)
    {
        double most = logits.Max();
        return Math.Log(logits.Sum(l => Math.Exp(l - most))) + most - logits[target];
    }

    /// <summary>The module's embedding and head are the main ones.</summary>
    private static void Tie(ModelSpec spec, ReferenceWeights weights)
    {
        string p = $"model.layers.{spec.NumHiddenLayers}.";
        weights["model.embed_tokens.weight"].CopyTo(weights[p + "embed_tokens.weight"], 0);
        weights["lm_head.weight"].CopyTo(weights[p + "shared_head.head.weight"], 0);
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

    /// <summary>A small model of a kind, of shapes that fit no tile.</summary>
    private static ModelSpec Spec(string kind, Random random)
    {
        int Odd(int from, int to) => random.Next(from, to) | 1;
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        var latent = new LatentAttentionSpec
        {
            NumAttentionHeads = random.Next(2, 5), QLoraRank = Odd(17, 40), KvLoraRank = Odd(17, 40), QkNopeHeadDim = Odd(3, 20), QkRopeHeadDim = 2 * random.Next(2, 6), VHeadDim = Odd(5, 20),
        };
        var experts = spec.Experts! with { NRoutedExperts = 6, NumExpertsPerTok = 2, NGroup = 2, TopkGroup = 1, MoeIntermediateSize = Odd(9, 30), NSharedExperts = 1, FirstKDenseReplace = 1 };
        spec = spec with
        {
            HiddenSize = Odd(33, 70), IntermediateSize = Odd(40, 100), VocabSize = Odd(40, 90), NumHiddenLayers = 2, NumNextnPredictLayers = kind.EndsWith("prediction", StringComparison.Ordinal) ? 1 : 0,
            Attention = latent, Experts = experts,
        };
        return kind switch
        {
            "latent" or "latent, prediction" => spec,
            "no query latent" => spec with
            {
                Attention = latent with { QLoraRank = 0 },
                Experts = experts with { ScoringFunc = ScoringFunc.Softmax, TopkMethod = TopkMethod.Greedy, NormTopkProb = false, NSharedExperts = 0, NGroup = 1, TopkGroup = 1 },
            },
            "multi-head" => spec with { Attention = Grouped(3, 3, 2 * random.Next(3, 12)) },
            "grouped" => spec with { Attention = Grouped(4, 2, 2 * random.Next(3, 12)) },
            "multi-query" => spec with { Attention = Grouped(5, 1, 2 * random.Next(3, 12)) },
            _ => spec with { Experts = null, TieWordEmbeddings = true },
        };
    }

    private static GroupedQueryAttentionSpec Grouped(int heads, int groups, int headDim) => new() { NumAttentionHeads = heads, NumKeyValueHeads = groups, HeadDim = headDim };
}
