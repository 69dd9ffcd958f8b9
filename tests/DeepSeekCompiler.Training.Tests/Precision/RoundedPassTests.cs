using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Precision;

// Declarations have an enumeration of the same name.
using TrainingPrecision = DeepSeekCompiler.TrainingPrecision;

/// <summary>Whole passes on rounded operands, on the golden training case.</summary>
public sealed unsafe class RoundedPassTests
{
    private const int Batch = 2, Length = 24;

    [Theory]
    [InlineData(TrainingPrecision.BFloat16, 512)]
    [InlineData(TrainingPrecision.BFloat16, 0)]
    [InlineData(TrainingPrecision.Fp8, 512)]
    [InlineData(TrainingPrecision.Fp8, 256)]
    [InlineData(TrainingPrecision.Fp8, 128)]
    [InlineData(TrainingPrecision.Fp8, 0)]
    public void Losses_AreThoseOfTheReferenceThatRoundsTheSame(TrainingPrecision precision, int width)
    {
        using var golden = new GoldenCase("train");
        using var pass = Open(golden, precision, width, 2);
        var loss = pass.Accumulate(golden.Prompt, Batch, Length, new LossOptions { Backward = false });
        var (main, mtp) = Reference(golden, pass, precision);
        Assert.Equal(main, loss.Main, Tolerances.RoundedLoss);
        Assert.Equal(mtp, loss.Mtp, Tolerances.RoundedLoss);
    }

    /// <summary>Which gradients they are is asked product by product (<see cref="ProductTests"/>); none of them would differ from float32 if rounding did not reach it.</summary>
    [Theory]
    [InlineData(TrainingPrecision.BFloat16)]
    [InlineData(TrainingPrecision.Fp8)]
    public void Rounding_ReachesTheGradientOfEveryTensor(TrainingPrecision precision)
    {
        using var golden = new GoldenCase("train");
        using TrainingPass plain = Open(golden, TrainingPrecision.Float32, 512, 2), rounded = Open(golden, precision, 512, 2);
        plain.Accumulate(golden.Prompt, Batch, Length, new LossOptions());
        rounded.Accumulate(golden.Prompt, Batch, Length, new LossOptions());
        foreach (var (p, r) in plain.Parameters.Zip(rounded.Parameters)) Assert.False(Gradient(p).SequenceEqual(Gradient(r)), p.Name);
    }

    [Theory]
    [InlineData(TrainingPrecision.BFloat16)]
    [InlineData(TrainingPrecision.Fp8)]
    public void OneThreadAndTwo_GiveTheSameBits(TrainingPrecision precision)
    {
        using var golden = new GoldenCase("train");
        using TrainingPass one = Open(golden, precision, 512, 1), two = Open(golden, precision, 512, 2);
        Assert.Equal(one.Accumulate(golden.Prompt, Batch, Length, new LossOptions()), two.Accumulate(golden.Prompt, Batch, Length, new LossOptions()));
        foreach (var (p, q) in one.Parameters.Zip(two.Parameters)) Assert.True(Gradient(p).SequenceEqual(Gradient(q)), p.Name);
    }

    /// <summary>A declaration that says nothing of precision, and Float32 said, are one: no kernel has a phase that rounds.</summary>
    [Fact]
    public void Float32_RoundsNothing()
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json")) with { Trainable = true };
        string Text(ModelSpec s) => string.Concat(Generators.Program.ModelCompiler.Compile(s, Generators.Program.CompileOptions.AllWidths).Select(f => f.Text));
        string plain = Text(spec), fp8 = Text(spec with { Precision = Generators.Spec.TrainingPrecision.Fp8 });
        Assert.DoesNotContain("Operands", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("RoundBF16", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("RoundE4M3", plain, StringComparison.Ordinal);
        Assert.Contains("Lanes.RoundE4M3", fp8, StringComparison.Ordinal);
    }

    private static TrainingPass Open(GoldenCase golden, TrainingPrecision precision, int width, int threads)
    {
        var pass = TrainingCompiler.Open(CheckpointSpec.ReadConfig(Path.Combine(golden.Folder, "config.json")), new() { Batch = Batch, Length = Length, Threads = threads, VectorWidth = width, Precision = precision });
        using var checkpoint = Checkpoint.Open(golden.Folder);
        foreach (var p in pass.Parameters) checkpoint.Find(p.Name)!.AsSpan<float>().CopyTo(new Span<float>(p.Values, checked((int)p.Count)));
        foreach (var layer in pass.ExpertLayers) checkpoint.Find(layer.BiasName!)!.AsSpan<float>().CopyTo(new Span<float>(layer.Bias, layer.Load.Length));
        return pass;
    }

    private static ReadOnlySpan<float> Gradient(TrainingParameter p) => new(p.Gradients, checked((int)p.Count));

    private static (double Main, double Mtp) Reference(GoldenCase golden, TrainingPass pass, TrainingPrecision precision)
    {
        var spec = CheckpointSpec.ReadConfig(Path.Combine(golden.Folder, "config.json")) with { Precision = (Generators.Spec.TrainingPrecision)precision };
        using var weights = new ReferenceWeights(golden.Folder);
        foreach (var p in pass.Parameters.Where(p => IsProjection(p.Name)))
        {
            float[] master = new Span<float>(p.Values, checked((int)p.Count)).ToArray();
            var (rows, _) = RoundedFactor.Weight(precision, master, p.Rows, p.Columns);
            for (int i = 0; i < master.Length; i++) weights[p.Name][i] = (double)rows[i / p.Columns].Values[i % p.Columns] * rows[i / p.Columns].Scales[i % p.Columns / 128];
        }

        string mtpBlock = $"model.layers.{spec.NumHiddenLayers}.";
        weights["model.embed_tokens.weight"].CopyTo(weights[mtpBlock + "embed_tokens.weight"], 0);
        weights["lm_head.weight"].CopyTo(weights[mtpBlock + "shared_head.head.weight"], 0);
        double main = 0, mtp = 0;
        int mains = 0, mtps = 0;
        for (int b = 0; b < Batch; b++)
        {
            var model = new ReferenceModel(spec, weights);
            var row = golden.Prompt.AsSpan(b * Length, Length);
            for (int i = 0; i < Length && row[i] >= 0; i++)
            {
                var logits = model.Step(row[i]);
                if (i + 1 < Length && row[i + 1] >= 0) (main, mains) = (main + CrossEntropy(logits, row[i + 1]), mains + 1);
            }

            for (int i = 0; i + 2 < Length && row[i + 2] >= 0; i++) (mtp, mtps) = (mtp + CrossEntropy(model.Draft(i, row[i + 1]), row[i + 2]), mtps + 1);
        }

        return (main / mains, mtp / mtps);
    }

    // Matrices of attention and feed-forward blocks; not embedding, head, router and eh_proj.
    private static bool IsProjection(string name) => name.EndsWith("_proj.weight", StringComparison.Ordinal) && !name.Contains("eh_proj", StringComparison.Ordinal) || name.EndsWith("kv_a_proj_with_mqa.weight", StringComparison.Ordinal);

    private static double CrossEntropy(double[] logits, int target)
    {
        double most = logits.Max();
        return Math.Log(logits.Sum(l => Math.Exp(l - most))) + most - logits[target];
    }
}
