using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Tests;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>The kernel cases of the tests, on this device: random inputs and ragged shapes against a plain reference.</summary>
internal sealed class KernelStage(Options options) : IStage
{
    public string Name => StageList.Kernels;

    public IEnumerable<WorkItem> Items()
    {
        foreach (var variant in Variants.Of(options.Device))
        {
            bool matrix = Variants.HasMatrixInstructions(variant);
            var cases = new Cases(options.Device, variant, split: matrix);
            foreach (var row in KernelCases.Shapes)
            {
                var (hidden, inner, format) = ((int)row[0], (int)row[1], (NumberFormat)row[2]);
                yield return new(FormattableString.Invariant($"{variant} projections {hidden} x {inner} {format}"), _ => cases.Projections(hidden, inner, format));
                yield return new(FormattableString.Invariant($"{variant} experts {hidden} x {inner} {format}"), _ => cases.Experts(hidden, inner, format));
                // As models run: prompts round activations to bfloat16.
                if (!matrix || format == NumberFormat.F32) continue;
                var rounded = new Cases(options.Device, variant, split: false);
                yield return new(FormattableString.Invariant($"{variant} projections {hidden} x {inner} {format}, activations rounded"), _ => rounded.Projections(hidden, inner, format));
                yield return new(FormattableString.Invariant($"{variant} experts {hidden} x {inner} {format}, activations rounded"), _ => rounded.Experts(hidden, inner, format));
            }

            // The last shape again with an up projection of codes, as DeepSeek-V3 has it.
            foreach (var (row, weights) in AttentionCases.Shapes.Select(row => (row, NumberFormat.BF16)).Append((AttentionCases.Shapes.Last(), NumberFormat.E4M3)))
            {
                var (heads, nope, rope, latent, value, cache) = ((int)row[0], (int)row[1], (int)row[2], (int)row[3], (int)row[4], (NumberFormat)row[5]);
                bool rounds = cache == NumberFormat.BF16 && matrix;
                yield return new(FormattableString.Invariant($"{variant} attention {heads} x {nope} + {rope}, {latent} -> {value}, cache {cache}{(weights == NumberFormat.BF16 ? "" : $", weights {weights}")}"), _ =>
                {
                    using var target = new KernelDevice(AttentionCases.Spec(heads, nope, rope, latent, value, cache, weights), variant, options.Device);
                    AttentionCases.Check(target, heads, nope, rope, latent, value, cache, rounds ? Tolerances.Bf16Attention : Tolerances.Contraction, weights);
                });
            }
        }
    }

    public void Dispose()
    {
    }

    private sealed class Cases(string device, DeviceVariant variant, bool split) : KernelCases
    {
        public void Projections(int hidden, int inner, NumberFormat format) => CheckProjections(hidden, inner, format);

        public void Experts(int hidden, int inner, NumberFormat format) => CheckExperts(hidden, inner, format);

        private protected override double Limit => split || !Variants.HasMatrixInstructions(variant) ? base.Limit : Tolerances.Bf16Products;

        private protected override int Streamed => Limits.MaxDecode;

        private protected override KernelTarget Create(ModelSpec spec) => new KernelDevice(spec, variant, device, split);
    }
}
