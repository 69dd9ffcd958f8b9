using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Prefill attention in the form that a target is best at.</summary>
internal sealed class PrefillAttention(string name, AttentionShape shape, LatentAttentionSpec? latent, NumberFormat format)
{
    private readonly FlashPrefill _plain = FlashPrefill.Define(name, shape, latent, format);
    private readonly FlashAcross _across = FlashAcross.Define(name, shape, latent, format);

    public LoweredKernel Lower(Machine target)
    {
        if (target.PacksPanels) return KernelLowering.Lower(_across.Kernel, FlashAcrossSchedule.Of(_across, target));
        if (OnMatrixUnit(target) is { } lowered) return lowered;
        var schedule = FlashPrefillSchedule.Of(_plain, target);
        return KernelLowering.Lower(_plain.Kernel, target.Matrix == MatrixUnit.None ? schedule : schedule with { Name = $"{schedule.Name}; {FlashTile.Refusal(shape, latent)}" });
    }

    private LoweredKernel? OnMatrixUnit(Machine target)
    {
        if (FlashTile.Of(shape, latent, target) is not { } tile) return null;
        // Latents in the cache are bfloat16 numbers: there is nothing to split.
        foreach (var form in Tensorize.Forms(MatrixForm.Panel, target with { SplitsActivations = false }))
        {
            var algorithm = FlashSegments.Define(name, shape, latent, format, form, tile.Queries);
            if (Tensorize.Fits(algorithm.Expansions, form)) return KernelLowering.Lower(algorithm.Kernel, FlashSegmentsSchedule.Of(algorithm, tile, form, target));
        }

        return null;
    }
}
