using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Training.Balance;
using DeepSeekCompiler.Training.Optimization;

namespace DeepSeekCompiler.Training.Tests.Optimization;

public sealed unsafe class AdamWTests
{
    private const int Vocabulary = 151;

    [Fact]
    public void Updates_FollowTheFormula()
    {
        using var pass = new BigramPass(Vocabulary, 2, 40, 2);
        using var adam = new AdamW(pass, new AdamOptions { WeightDecay = 0.1f, ClipNorm = 0.5 });
        var random = new Random(1);
        double[][] values = [.. pass.Parameters.Select(p => Fill(p, p.Values))], first = [.. values.Select(v => new double[v.Length])], second = [.. values.Select(v => new double[v.Length])];
        for (int step = 1; step <= 5; step++)
        {
            double[][] gradients = [.. pass.Parameters.Select(p => Fill(p, p.Gradients))];
            double norm = Math.Sqrt(gradients.Sum(g => g.Sum(x => x * x)));
            Assert.Equal(norm, adam.Update(0.01), 1e-9 * norm);
            for (int p = 0; p < values.Length; p++)
            {
                for (int i = 0; i < values[p].Length; i++)
                {
                    double g = gradients[p][i] * Math.Min(1, 0.5 / norm);
                    first[p][i] = (0.9 * first[p][i]) + (0.1 * g);
                    second[p][i] = (0.95 * second[p][i]) + (0.05 * g * g);
                    double change = first[p][i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second[p][i] / (1 - Math.Pow(0.95, step))) + 1e-8);
                    values[p][i] -= 0.01 * (change + (p == 0 ? 0.1 * values[p][i] : 0));

                    // Float32 moments and values of about 1, five updates of about 0.01 each.
                    Assert.Equal(values[p][i], pass.Parameters[p].Values[i], 1e-6);
                }
            }
        }

        double[] Fill(TrainingParameter parameter, float* into)
        {
            for (long i = 0; i < parameter.Count; i++) into[i] = (float)((random.NextDouble() * 2) - 1);
            return [.. new ReadOnlySpan<float>(into, (int)parameter.Count).ToArray().Select(x => (double)x)];
        }
    }

    [Fact]
    public void Training_LowersTheLoss_WithTheSameBitsForAnyNumberOfThreads()
    {
        var losses = new[] { 1, 2, 3 }.Select(Train).ToList();
        Assert.Equal(losses[0], losses[1]);
        Assert.Equal(losses[0], losses[2]);
        Assert.Equal(Math.Log(Vocabulary), losses[0][0], 1e-5);

        // A token is followed by one of two: ln 2 is the floor.
        Assert.InRange(losses[0][^1], Math.Log(2) - 0.05, Math.Log(2) + 0.2);
    }

    [Fact]
    public void AGradientThatIsNotFinite_IsOneSentence_AndChangesNothing()
    {
        using var pass = new BigramPass(8, 1, 8, 1);
        using var adam = new AdamW(pass);
        pass.Parameters[0].Gradients[3] = float.NaN;
        Assert.Contains("step 1", Assert.Throws<TrainingException>(() => adam.Update(0.1)).Message, StringComparison.Ordinal);
        Assert.Equal(0, adam.Step);
        Assert.Equal(0, pass.Parameters[0].Values[0]);
    }

    [Fact]
    public void TheRate_Rises_ThenFallsByACosine()
    {
        var rate = new LearningRate(1, 10, 110, 0.1);
        Assert.Equal(0.1, rate.At(1), 12);
        Assert.Equal(1, rate.At(10), 12);
        Assert.Equal(0.55, rate.At(60), 12);
        Assert.Equal(0.1, rate.At(110), 12);
        Assert.Equal(0.1, rate.At(500), 12);
    }

    [Fact]
    public void Biases_MoveTowardsTheMean_AndEvenALoadOut()
    {
        float[] bias = [0, 0, 0, 0];
        ExpertBalancer.Move([10, 2, 4, 0], bias, 0.5f);
        Assert.Equal([-0.5f, 0.5f, 0f, 0.5f], bias);
        Assert.Equal(1.5, ExpertBalancer.MaxViolation([10, 2, 4, 0]));
        Assert.Equal(0, ExpertBalancer.MaxViolation([0, 0]));
        Assert.Equal(1, ExpertBalancer.LoadEntropy([3, 3, 3]), 12);
        Assert.Equal(0, ExpertBalancer.LoadEntropy([5, 0]), 12);
        Assert.Equal(2, ExpertBalancer.DeadExperts([0, 1, 300, 300]));
        Assert.Equal(0, ExpertBalancer.DeadExperts([0, 0]));

        // Scores with a fixed preference: without a bias the first experts get everything.
        var random = new Random(2);
        var scores = Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, 8).Select(e => random.NextSingle() + (0.15f * (8 - e))).ToArray()).ToArray();
        var moved = new float[8];
        double before = ExpertBalancer.MaxViolation(Route(scores, moved));
        for (int step = 0; step < 400; step++) ExpertBalancer.Move(Route(scores, moved), moved, 0.005f);
        Assert.True(before > 1, $"{before}");
        Assert.InRange(ExpertBalancer.MaxViolation(Route(scores, moved)), 0, 0.15);
    }

    private static long[] Route(float[][] scores, float[] bias)
    {
        var load = new long[bias.Length];
        foreach (var token in scores)
        {
            foreach (int expert in Enumerable.Range(0, bias.Length).OrderByDescending(e => token[e] + bias[e]).Take(2)) load[expert]++;
        }

        return load;
    }

    private static double[] Train(int threads)
    {
        using var pass = new BigramPass(Vocabulary, 2, 40, threads);
        using var adam = new AdamW(pass, new AdamOptions { WeightDecay = 0 });
        var rate = new LearningRate(0.3, 5, 120);
        var random = new Random(3);
        var losses = new List<double>();
        for (int step = 1; step <= 120; step++)
        {
            var tokens = new int[80];
            for (int i = 0; i < tokens.Length; i++) tokens[i] = i % 40 == 0 ? random.Next(10) : ((tokens[i - 1] * 2) + random.Next(2)) % 10;
            pass.ClearGradients();
            losses.Add(pass.Accumulate(tokens, 2, 40, new LossOptions()).Main);
            adam.Update(rate.At(step));
        }

        return [.. losses];
    }
}
