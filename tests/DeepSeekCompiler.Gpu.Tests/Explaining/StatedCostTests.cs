using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Gpu.Tests.Explaining;

/// <summary>What algorithms state about their cost is what counting over their stages gives.</summary>
public class StatedCostTests
{
    // Counting sees norms, softmax, decoding of weights, and the masked part of the pages on the diagonal on top of the products; decoding weighs most where
    // an expert has few tokens.
    private const double Extra = 1.25;

    // Rows that only data can place are counted at their average.
    private const double Few = 0.85, Many = 1.03;

    [Theory]
    [InlineData("DeepSeekV2Lite")]
    [InlineData("DeepSeekV3")]
    public void StatedCosts_AreThoseOfTheStages(string model)
    {
        var spec = Catalogue.Find(model)!;
        var wrong = new List<string>();
        foreach (var kernel in KernelSet.Of(spec).Kernels)
        {
            bool prefill = kernel.Name.Contains("Prefill", StringComparison.Ordinal) || kernel.Name is "ExpertDown" or "Combine";
            var lowered = kernel.Lower(HostTarget.Scalar).Kernel;
            foreach (var (tokens, context) in prefill ? new[] { (512, 512), (300, 4096) } : [(1, 4096), (3, 700)])
            {
                var sizes = Roofline.Scalars(spec, tokens, context);
                var counted = Work.Of(lowered, sizes, (double)sizes["slots"] / sizes["active"]);
                double flops = lowered.Cost.Flops.At(sizes), bytes = lowered.Cost.Bytes.At(sizes);
                string what = $"{model}, {kernel.Name}, {tokens} tokens, context {context}";
                if (lowered.Stages.Count > 0 && lowered.Cost.WeightFlops.At(sizes) > 0) Within(counted.Flops, flops * 0.999, flops * Extra, what + ", FLOPs", wrong);
                Within(counted.Bytes, bytes * Few, bytes * Many, what + ", bytes", wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static void Within(double counted, double low, double high, string what, List<string> wrong)
    {
        if (counted < low || counted > high) wrong.Add($"{what}: {counted:#,0} counted, {low:#,0} to {high:#,0} by what the algorithm states");
    }
}
