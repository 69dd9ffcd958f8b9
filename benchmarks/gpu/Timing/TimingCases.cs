using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>Which kernels are timed at which sizes.</summary>
internal static class TimingCases
{
    private const int Context = 4096;

    /// <summary>A model as it is timed: FP8 as the technical report has it, with quantised activations, and a cache in bfloat16.</summary>
    /// <param name="model">A name of the catalogue, or a config.json.</param>
    public static ModelSpec SpecOf(string model)
    {
        var spec = File.Exists(model) ? CheckpointSpec.ReadConfig(model) : Catalogue.Find(model);
        if (spec is null) throw new ArgumentException($"There is no model {model}; name a config.json, or one of the catalogue: {string.Join(", ", Catalogue.Names)}.");
        return spec with { Formats = spec.Formats with { Fp8 = Generators.Spec.Fp8Policy.Full, Cache = NumberFormat.BF16 } };
    }

    /// <summary>Every kernel of a model: one token and four where it decodes; where it takes a prompt the shortest chunk and the longest.</summary>
    public static IEnumerable<TimingCase> Of(ModelSpec spec)
    {
        foreach (var kernel in KernelSet.Of(spec).Kernels.Where(k => !k.HostOnly))
        {
            var plain = kernel.Lower(HostTarget.Scalar).Kernel;
            foreach (int tokens in SizesOf(kernel.Name)) yield return Of(spec, plain, tokens);
        }
    }

    private static int[] SizesOf(string kernel) =>
        kernel.Contains("Decode", StringComparison.Ordinal) || kernel == "ExpertDownCombine" ? [1, CompiledModel.MaxDecode]
        : kernel.Contains("Prefill", StringComparison.Ordinal) || kernel is "ExpertDown" or "Combine" ? [CompiledModel.MaxChunk, CompiledModel.MaxDeviceChunk]
        : [1, CompiledModel.MaxDeviceChunk];

    private static TimingCase Of(ModelSpec spec, TensorKernel plain, int tokens)
    {
        bool cached = plain.Tensors.Any(t => t.Name == "pages");
        int context = Math.Max(Context, tokens);
        return new(plain, tokens, cached ? context : 0, Roofline.Scalars(spec, tokens, context), Roofline.Of(spec, plain, tokens, context).Work);
    }
}
