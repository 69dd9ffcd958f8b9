using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Models.Tests.Reference;

namespace DeepSeekCompiler.Cuda.Tests.Support;

// Declarations have a policy of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>Attention of a small model with a bfloat16 cache on the simulated machine, against the formulas in double.</summary>
/// <param name="Spec">The model.</param>
/// <param name="Tokens">Tokens of the step.</param>
/// <param name="Position">Where the first of them stands.</param>
/// <param name="Splits">Parts of the context for decode attention; 0 for prefill attention.</param>
internal sealed record AttentionCase(ModelSpec Spec, int Tokens, int Position, int Splits)
{
    public static AttentionCase Latent(int heads, int nope, int rope, int latent, int tokens, int position, int splits, NumberFormat format = NumberFormat.BF16) =>
        new(Cached(Specs.Small(64, 64, format, policy: Fp8Policy.WeightOnly).WithHeads(heads, nope, rope, latent, 64)), tokens, position, splits);

    /// <summary>The same with values of another width.</summary>
    public AttentionCase WithValues(int width) => this with { Spec = Spec with { Attention = (LatentAttentionSpec)Spec.Attention with { VHeadDim = width } } };

    public static AttentionCase Grouped(int heads, int groups, int width, int tokens, int position, int splits) => new(Cached(Specs.Small(64, 64, NumberFormat.BF16)) with
    {
        Attention = new GroupedQueryAttentionSpec { NumAttentionHeads = heads, NumKeyValueHeads = groups, HeadDim = width },
    }, tokens, position, splits);

    public GeneratedKernels Kernels(DeviceVariants variant = DeviceVariants.Sm80) => new(Spec, variant) { Choice = Choice };

    /// <summary>What a tuning file would choose.</summary>
    public KernelChoice Choice { get; init; } = KernelChoice.Default;

    /// <summary>Mistakes of the machine.</summary>
    public Faults Faults { get; init; }

    /// <summary>The largest relative error of a token's output.</summary>
    /// <param name="whole">Whole numbers whose scores lie far apart: weights are 1 or 0, and no rounding is left.</param>
    /// <param name="mutate">Changes the text of the kernel.</param>
    /// <param name="variant">The kind of device.</param>
    public double Error(bool whole, Func<string, string>? mutate = null, DeviceVariants variant = DeviceVariants.Sm80)
    {
        string name = Splits == 0 ? "AttentionPrefill" : "AttentionDecode";
        var kernels = new SimulatedKernels(Kernels(variant), mutate ?? (text => text), name);
        var shape = AttentionShape.Of(Spec.Attention, Spec.Rope, NumberFormat.BF16);
        var latent = Spec.Attention as LatentAttentionSpec;
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 5, Faults), new Random((7 * shape.Heads) + Position));
        int width = latent?.QkHeadDim ?? shape.KeyDim, valueWidth = latent?.VHeadDim ?? shape.ValueDim, context = Position + Tokens;
        var q = memory.Of<float>([.. Enumerable.Range(0, Tokens * shape.Heads * width).Select(_ => whole ? 64f * random.Next(-1, 2) : (float)((random.NextDouble() * 2) - 1))]);
        // Expanded keys and values are rounded: small ones are whole.
        int most = Splits == 0 && latent is not null ? 2 : 8;
        // Rows of the last page behind the context hold what must not be read.
        var codes = new ushort[(context + Limits.PageTokens - 1) / Limits.PageTokens * Limits.PageTokens * shape.CacheRow];
        for (int i = 0; i < codes.Length; i++) codes[i] = i >= context * shape.CacheRow ? (ushort)0x7FC0 : BF16.Encode(whole ? random.Next(-most, most + 1) : (float)((random.NextDouble() * 2) - 1));
        double[] cache = [.. codes.Select(c => (double)BF16.Decode(c))];
        double[]? up = null;
        object[] weights = [];
        if (latent is not null)
        {
            var matrix = new Matrix(memory, random, Spec.Formats.Linear, shape.Heads * (latent.QkNopeHeadDim + latent.VHeadDim), latent.KvLoraRank, number: whole ? r => r.Next(-1, 2) : r => (r.NextDouble() - 0.5) / 4);
            (weights, up) = (matrix.Arguments, matrix.Values);
        }

        var o = memory.Allocate<float>(Tokens * shape.Heads * valueWidth);
        try
        {
            object[] splits = Splits == 0 ? [] : [Splits];
            kernels.Run(name, run, [q, .. weights, memory.Of<ushort>(codes), o, Tokens, new StepNumber(Position), .. splits]);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException && mutate is not null)
        {
            // Out of a buffer, or lanes that part: found as well.
            return double.PositiveInfinity;
        }

        return Enumerable.Range(0, Tokens).Max(t =>
        {
            var expected = PlainAttention.Heads(shape, latent, up, q.Row(t, shape.Heads * width), cache, Position + t + 1);
            return Vectors.Error(expected, o.Row(t, expected.Length));
        });
    }

    private static ModelSpec Cached(ModelSpec spec) => spec with { Formats = spec.Formats with { Cache = NumberFormat.BF16 } };
}
