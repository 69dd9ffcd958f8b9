namespace DeepSeekCompiler;

/// <summary>What the training pass multiplies in the projections of attention, dense and expert blocks: forward, for the input's gradient and for the weight's gradient. Master
/// weights, gradients, moments and sums are float32 in all of them; embedding, head, routers, norms, attention and the MTP module's eh_proj are too.</summary>
public enum TrainingPrecision
{
    /// <summary>Float32 numbers.</summary>
    Float32,

    /// <summary>Float32 numbers rounded to bfloat16, the nearest one, ties to even.</summary>
    BFloat16,

    /// <summary>
    /// E4M3 numbers with float32 scales, the policy of the DeepSeek-V3 report (section 3.3): activations and output gradients in tiles of 1x128 along the summed axis, weights in
    /// blocks of 128x128; scale = largest magnitude / 448, taken anew each time. Partial sums of at most 128 products are added, times both scales, to float32 totals. Emulated where
    /// there is no FP8 unit: tiles, scales, rounding and promotion are exactly the report's; the partial sums are float32, and an H800's tensor cores keep about 14 bits of them.
    /// Inputs of the weight gradient are rounded once, from float32, where the report's framework rounds what it stored as E4M3 a second time.
    /// </summary>
    Fp8,
}
