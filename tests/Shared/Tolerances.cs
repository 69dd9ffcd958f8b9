namespace DeepSeekCompiler.Tests;

/// <summary>Every tolerance of the tests, with its reason.</summary>
internal static class Tolerances
{
    /// <summary>Logits against golden data, absolute: published float32 code is within 3e-5 of it, an epsilon of 1e-5 instead of 1e-6 already costs more than 1e-4.</summary>
    public const double Logits = 1e-4;

    /// <summary>The same on devices, whose exp and division are good to a few units in the last place only.</summary>
    public const double DeviceLogits = 2e-4;

    /// <summary>Residual stream against golden data, absolute: it is larger than logits by its scale; published code is within 4.6e-5.</summary>
    public const double Hidden = 2e-4;

    /// <summary>Routing weights, absolute, times the scaling factor: seen in published code 1.6e-5 at a factor of 16.</summary>
    public const double RoutingWeight = 1e-5;

    /// <summary>Under policy full an activation near a rounding boundary of E4M3 may fall to either side, one step of it is an eighth of the value, and a
    /// routing decision may follow it. The golden cases were chosen without such activations; of other weights this share of rows must still agree.</summary>
    public const double RowsWithoutFlips = 0.5;

    /// <summary>Logits of prompts that multiply whole numbers: a number is off by up to a 7168th of the largest of its block of 128, a product by 3e-4 of itself, a fifth of what
    /// bfloat16 makes of it. Logits with a spread of 2 move by up to 0.011.</summary>
    public const double WholeLogits = 0.03;

    /// <summary>The residual stream of such prompts, larger than logits by its scale; seen 1.3e-2 behind three layers.</summary>
    public const double WholeHidden = 4e-2;

    /// <summary>Such products against sums in double, as <see cref="Contraction"/>: half the square of 3e-4, and twice that where two of them are multiplied.</summary>
    public const double WholeProduct = 4e-7;

    /// <summary>Logits with a BF16 cache: keys and values keep 8 bits, logits with a spread of 2 move by hundredths.</summary>
    public const double Bf16Cache = 0.1;

    /// <summary>Logits with an I16 cache: latents, queries and softmax weights keep 12 bits of the largest of theirs. Golden logits, with a spread of 2, moved by up to 0.014.</summary>
    public const double FixedCache = 0.03;

    /// <summary>Attention over an I16 cache, as <see cref="Contraction"/>: a latent, a query and a softmax weight are each off by 2^-12.8 of the largest of their row, block or page at most,
    /// which is 1e-4 of it in the mean; scores carry the sum of such errors into weights. Seen 1.5e-7.</summary>
    public const double FixedAttention = 1e-6;

    /// <summary>Logits with activations rounded to bfloat16 in front of every product, as matrix instructions take them: 8 bits, as <see cref="Bf16Cache"/>.</summary>
    public const double Bf16Activations = 0.1;

    /// <summary>Logits under policy full by Hopper's FP8 instructions, which keep about 14 bits of the sums of a block of 128 columns (DeepSeek-V3 report, section 3.3.2): an
    /// activation near a rounding boundary of E4M3 falls to the other side, by an eighth of its value. Logits with a spread of 2 moved by up to 0.33 on an H100.</summary>
    public const double Fp8WarpgroupSums = 0.5;

    /// <summary>The two forms of attention against each other, absolute on logits: both are within the golden limit.</summary>
    public const double Forms = 2e-4;

    /// <summary>Contractions: 1 - 2 sum(xy) / sum(xx + yy) in double; float32 sums of a few hundred terms are below 1e-11.</summary>
    public const double Contraction = 1e-9;

    /// <summary>Training losses against golden data, absolute: published float32 code is within 9e-7.</summary>
    public const double Loss = 1e-5;

    /// <summary>Gradients against golden data: L2 norms relative, single numbers absolute over the tensor's L2 norm; published float32 code is within 4e-6.</summary>
    public const double Gradient = 1e-5;

    /// <summary>The loss behind one step of plain gradient descent, absolute: it moves with the rounding of the gradients too.</summary>
    public const double SteppedLoss = 2e-5;

    /// <summary>Gradients against finite differences of the double reference, over the tensor's L2 norm: float32 sums of a few hundred terms.</summary>
    public const double Difference = 1e-5;

    /// <summary>What finite differences with a step of 2e-5 miss by themselves: 1e-16 over the step, and the step's square times a third derivative.</summary>
    public const double DifferenceNoise = 1e-8;

    /// <summary>Products of rounded factors against sums in double, over the sum of the terms' magnitudes: the terms are exact, float32 adds at most 128 of them and then a few partial sums.</summary>
    public const double RoundedProduct = 1e-6;

    /// <summary>Losses on rounded operands against the double reference that rounds the same way, absolute: an activation near a rounding boundary may fall to either side.</summary>
    public const double RoundedLoss = 1e-3;

    /// <summary>A finite difference in float32 with a step of 1e-3, relative: losses near 1 round at 6e-8.</summary>
    public const double FloatDifference = 5e-3;

    /// <summary>Losses of a short run on a device against the host's, absolute: AdamW divides by a root of squares, so that a gradient near zero makes roundings
    /// as large as a step.</summary>
    public const double DeviceRun = 1e-3;

    /// <summary>Products of activations rounded to bfloat16, as <see cref="Contraction"/>: an error of 2^-9 / sqrt(3) each is 6e-7, and a gated product has it twice.</summary>
    public const double Bf16Products = 1e-5;

    /// <summary>Attention with queries and softmax weights rounded to bfloat16, as <see cref="Contraction"/>: 8 bits each, whose errors mostly cancel.</summary>
    public const double Bf16Attention = 2e-5;

    /// <summary>Prefill attention over whole numbers with scores in the ten thousands, as <see cref="Contraction"/>: the largest score's weight is one but for the rounding
    /// of its product with the scale (2^-24 of it), which softmax weights rounded to bfloat16 and their total do not share.</summary>
    public const double WholeAttention = 1e-8;
}
