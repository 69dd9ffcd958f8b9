using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Tests;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Cuda.Tests.Training;

/// <summary>The training pass in groups of 32 threads, as every CUDA device runs it, executed by the simulated machine: forward and backward, whole, its very text.
/// The host's pass, whose numbers are golden, says what should come out.</summary>
public sealed unsafe class PassTests
{
    private const int Batch = 2;
    private const int Length = 13;

    [Fact]
    public void GroupsOfThreads_ComputeTheLossesAndGradientsOfTheHost()
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("train", "config.json")) with { Trainable = true };
        var (pass, program) = Compile(spec);
        using var host = pass;
        using var memory = new DeviceMemory();
        var random = new Random(11);
        foreach (var p in host.Parameters)
        {
            float* values = p.Values;
            for (long i = 0; i < p.Count; i++) values[i] = p.IsVector ? 0.5f + random.NextSingle() : 0.6f * (random.NextSingle() - 0.5f);
        }

        int[] tokens = [.. Enumerable.Range(0, Batch * Length).Select(_ => random.Next(spec.VocabSize))];
        var options = new LossOptions { BalanceScale = 0.5 };
        var expected = host.Accumulate(tokens, Batch, Length, options);
        program.Place(host.Layout, memory, Batch * Length);
        foreach (var p in host.Parameters) new ReadOnlySpan<float>(p.Values, (int)p.Count).CopyTo(new Span<float>(program.Value(p.Slot).Start, (int)p.Count));
        foreach (var layer in host.ExpertLayers) new Span<float>(program.Value(Slot(host, layer.BiasName!)).Start, layer.Load.Length).Clear();
        using var step = new TrainingStep(host.Layout, Batch, Length);
        step.Prepare(tokens, Batch, Length, options);
        var onDevice = new DeviceTrainingStep(step, memory, spec.VocabSize);
        var run = new DeviceRun(memory, 3);
        program.Forward(run, onDevice);
        program.Backward(run, onDevice);
        onDevice.Receive();
        var loss = step.Loss();
        Assert.Equal(expected.Main, loss.Main, Tolerances.Loss);
        Assert.Equal(expected.Mtp, loss.Mtp, Tolerances.Loss);
        Assert.Equal(expected.Balance, loss.Balance, Tolerances.Loss);
        foreach (var p in host.Parameters) Check(p, program.Gradient(p.Slot));
    }

    private static void Check(TrainingParameter parameter, ArrayView<float> got)
    {
        var expected = new ReadOnlySpan<float>(parameter.Gradients, (int)parameter.Count);
        double norm = 0;
        foreach (float g in expected) norm += (double)g * g;
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(got[i] - expected[i]) <= Tolerances.Gradient * Math.Sqrt(norm), FormattableString.Invariant($"{parameter.Name} at {i}: {got[i]}, on the host {expected[i]}, norm {Math.Sqrt(norm)}"));
    }

    private static int Slot(TrainingPass pass, string name) => pass.Layout.Manifest.Select((s, i) => (s.Name, i)).Single(s => s.Name == name).i;

    // The host's files as they are, and beside them the device's against the machine.
    private static (TrainingPass Pass, DeviceTrainingProgram Program) Compile(ModelSpec spec)
    {
        var options = new CompileOptions(VectorWidths.Scalar);
        var trees = ModelCompiler.Compile(spec, options).Select(f => CSharpSyntaxTree.ParseText(f.Text, GeneratedKernels.Parse)).ToList();
        foreach (var file in ModelCompiler.Compile(spec, options with { TrainingDevices = DeviceVariants.Warp32 }))
        {
            if (file.HintName.EndsWith(".OnDevice32.g.cs", StringComparison.Ordinal)) trees.Add(Cooperation.Of(SimulatedKernels.Retarget(file.Text.Replace("using System;\n", "using System;\nusing System.Threading.Tasks;\n", StringComparison.Ordinal))));
        }

        trees.Add(CSharpSyntaxTree.ParseText($"namespace {spec.Namespace}; public partial class {spec.ClassName};", GeneratedKernels.Parse));
        var type = GeneratedKernels.Load(trees).GetType($"{spec.Namespace}.{spec.ClassName}+Training", true)!;
        return ((TrainingPass)Activator.CreateInstance(type, Batch, Length, 1)!, (DeviceTrainingProgram)Activator.CreateInstance(type.GetNestedType("OnDevice32")!)!);
    }
}
