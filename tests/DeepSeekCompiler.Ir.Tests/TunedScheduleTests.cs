using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>What a tuning file may choose changes the order of sums and nothing else.</summary>
public class TunedScheduleTests
{
    // Weights that no candidate is too large for.
    private static readonly EquatableArray<(int, int)> s_large = new([(4096, 4096)]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryCandidate_ComputesTheSame(int seed)
    {
        var spec = Specs.Random(seed);
        int compared = 0;
        foreach (var kernel in KernelSet.Of(spec).Kernels.Where(k => k.Weights is not null))
        {
            var weights = kernel.Weights!();
            int tokens = weights.Form == MatrixForm.Streaming ? 1 + (seed % 4) : 9 + (seed * 7 % 11);
            var reference = Run(kernel.Lower(HostTarget.Scalar), spec, tokens, seed, 1);
            var candidates = TuningRules.Candidates(kernel.Name, weights with { Matrices = s_large });
            for (int i = 0; i < candidates.Count; i++)
            {
                // Both numbers of registers, and every candidate at one of them.
                int width = (i + seed) % 3 == 0 ? 256 : 512;
                var got = Run(kernel.Lower(new HostTarget(width) { Choice = candidates[i] }), spec, tokens, seed, 3);
                foreach (var ((name, x), (_, y)) in reference.Zip(got))
                    Assert.True(Errors.Relative(x, y) <= Tolerances.Contraction, $"{kernel.Name}, {candidates[i]}, {width} bits: {name} differs by {Errors.Relative(x, y)}");
                compared++;
            }
        }

        Assert.True(compared > 20, $"{compared} candidates");
    }

    private static List<(string Name, double[] Numbers)> Run(LoweredKernel lowered, ModelSpec spec, int tokens, int seed, int chunks)
    {
        var memory = KernelMemory.Create(lowered, spec, tokens, seed);
        foreach (var function in lowered.Functions) LoopInterpreter.Run(function, memory, chunks);
        return KernelMemory.Outputs(lowered, memory).ToList();
    }
}
