using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>What a tuning file may choose changes the order of sums and nothing else.</summary>
public class TunedScheduleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryCandidate_ComputesTheSame(int seed)
    {
        // Both numbers of registers, and every candidate at one of them.
        Check(seed, new HostTarget(512), (choice, i) => new HostTarget((i + seed) % 3 == 0 ? 256 : 512) { Choice = choice });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 32)]
    [InlineData(4, 1)]
    public void EveryCandidateOfADevice_ComputesTheSame(int seed, int threads) =>
        Check(seed, new DeviceTarget(threads), (choice, _) => (choice.Threads is { } own ? new DeviceTarget(threads).Of(own) : new DeviceTarget(threads)) with { Choice = choice });

    private static void Check(int seed, Machine target, Func<KernelChoice, int, Machine> tuned)
    {
        var spec = Specs.Random(seed);
        int compared = 0;
        foreach (var kernel in KernelSet.Of(spec).Kernels.Where(k => k.Form is not null))
        {
            var form = kernel.Form!(target);
            int tokens = form.FewTokens ? 1 + (seed % 4) : 9 + (seed * 7 % 11);
            // Devices multiply as the host does without whole numbers.
            var reference = Run(kernel.Lower(HostTarget.Scalar with { SplitsActivations = target is DeviceTarget }), spec, tokens, seed, 1);
            // What is larger than these small matrices is not worth a measurement, and right all the same.
            var candidates = form.Trials.Where(c => TuningRules.Problem(c, kernel.Name, form) is not { } problem || problem.Contains("is more than the", StringComparison.Ordinal)).ToList();
            for (int i = 0; i < candidates.Count; i++)
            {
                var got = Run(kernel.Lower(tuned(candidates[i], i)), spec, tokens, seed, 3);
                foreach (var ((name, x), (_, y)) in reference.Zip(got))
                    Assert.True(Errors.Relative(x, y) <= Tolerances.Contraction, $"{kernel.Name}, {candidates[i]}, {target.TuningTarget}: {name} differs by {Errors.Relative(x, y)}");
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
