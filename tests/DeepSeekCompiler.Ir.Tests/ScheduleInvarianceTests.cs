using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Loops.Passes;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Schedules and passes change the order of sums and nothing else: every kernel of random ragged models, at every width and after every pass, computes
/// what its scalar schedule computes in front of the first pass.</summary>
public class ScheduleInvarianceTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void EveryKernel_ComputesTheSame_AtEveryWidthAndAfterEveryPass(int seed)
    {
        var spec = Specs.Random(seed);
        foreach (var kernel in KernelSet.Of(spec).Kernels)
        {
            int tokens = kernel.Name.EndsWith("Decode", StringComparison.Ordinal) || kernel.Name == "ExpertDownCombine" ? 1 + (seed % 4) : 1 + (seed * 7 % 11);
            var scalar = kernel.Lower(HostTarget.Scalar);
            var reference = Run(Unpassed(scalar), spec, tokens, seed, 1);
            foreach (int width in new[] { 0, 128, 256, 512 })
            {
                var lowered = Unpassed(kernel.Lower(new HostTarget(width)));
                Compare(reference, Run(lowered, spec, tokens, seed, 1), $"{kernel.Name}, {width} bits, in front of the passes");
                foreach (var (name, pass) in Pipeline.Passes.Append(("join-sums", JoinSums.Run)).Append(("name-runs", NameRuns.Run)).Append(("name-places", NamePlaces.Run)).Append(("name-places-everywhere", NamePlaces.RunEverywhere)))
                {
                    lowered = lowered with { Functions = lowered.Functions.Select(pass).ToList() };
                    Compare(reference, Run(lowered, spec, tokens, seed, 3), $"seed {seed}, {kernel.Name}, {width} bits, after {name}");
                }
            }
        }
    }

    [Fact]
    public void WrongLoops_AreNoticed()
    {
        // A tile of two tokens and one of what is left.
        const int tokens = 3;
        var spec = Specs.Random(4) with { HiddenSize = 136 };
        var kernel = KernelSet.Of(spec).Kernels.First(k => k.Name == "HeadDecode").Lower(new HostTarget(256));
        var reference = Run(kernel, spec, tokens, 1, 1);
        int noticed = 0, tried = 0;
        foreach (var mutant in Mutants.Of(kernel))
        {
            tried++;
            try
            {
                noticed += Differs(reference, Run(mutant, spec, tokens, 1, 1)) ? 1 : 0;
            }
            catch (InterpretationException)
            {
                noticed++;
            }
        }

        Assert.True(tried > 5 && noticed == tried, $"{tried - noticed} of {tried} wrong kernels went unnoticed");
    }

    private static LoweredKernel Unpassed(LoweredKernel lowered) => lowered.Schedule.Phases.Count == 0 ? lowered : KernelLowering.BeforePasses(lowered.Kernel, lowered.Schedule);

    private static List<(string Name, double[] Numbers)> Run(LoweredKernel lowered, ModelSpec spec, int tokens, int seed, int chunks)
    {
        var memory = KernelMemory.Create(lowered, spec, tokens, seed);
        foreach (var function in lowered.Functions) LoopInterpreter.Run(function, memory, chunks);
        return KernelMemory.Outputs(lowered, memory).ToList();
    }

    private static bool Differs(List<(string Name, double[] Numbers)> expected, List<(string Name, double[] Numbers)> got) =>
        expected.Zip(got).Any(p => Errors.Relative(p.First.Numbers, p.Second.Numbers) > Tolerances.Contraction);

    private static void Compare(List<(string Name, double[] Numbers)> expected, List<(string Name, double[] Numbers)> got, string what)
    {
        foreach (var ((name, x), (_, y)) in expected.Zip(got))
            Assert.True(Errors.Relative(x, y) <= Tolerances.Contraction, $"{what}: {name} differs, relative error {Errors.Relative(x, y)}");
    }
}
