using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Prefill attention in the form that a target is best at.</summary>
internal sealed class PrefillAttention(string name, AttentionShape shape, LatentAttentionSpec? latent, NumberFormat format)
{
    /// <summary>What is open about it.</summary>
    public TuningForm Form(Machine target)
    {
        string text = AttentionText.Of(shape, latent);
        return target.PacksPanels ? HostForms.Prefill(text) : OnMatrixUnit(target) is not null ? CudaForms.Prefill(text, shape, latent, target) : PortableForms.Prefill(text, target);
    }

    public LoweredKernel Lower(Machine target)
    {
        if (target.PacksPanels || target.Lanes == 1)
        {
            var across = FlashAcross.Define(name, shape, latent, format, target.Choice.Queries ?? FlashAcross.QueryBlock, !target.PacksPanels);
            return KernelLowering.Lower(across.Kernel, FlashAcrossSchedule.Of(across, target));
        }

        if (OnMatrixUnit(target) is { } lowered) return lowered;
        var plain = FlashPrefill.Define(name, shape, latent, format, target.Choice.Queries ?? FlashPrefill.QueryBlock);
        var schedule = FlashPrefillSchedule.Of(plain, target);
        return KernelLowering.Lower(plain.Kernel, target.Matrix == MatrixUnit.None ? schedule : schedule with { Name = $"{schedule.Name}; {FlashTile.Refusal(shape, latent)}" });
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
