namespace DeepSeekCompiler;

/// <summary>YaRN context extension (Peng et al. 2023) with DeepSeek's two mscale terms.</summary>
/// <remarks>Values that are not set are those of the published code: 4096, 32, 1, 1 and 0.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class YarnAttribute : Attribute
{
    /// <summary>How many times longer than the original the context is. Required.</summary>
    public double Factor { get; set; }

    /// <summary>Context length, in tokens, before the extension.</summary>
    public int OriginalMaxPositionEmbeddings { get; set; }

    /// <summary>Rotations over the original context above which a frequency is left as it is.</summary>
    public double BetaFast { get; set; }

    /// <summary>Rotations over the original context below which a frequency is divided by the factor.</summary>
    public double BetaSlow { get; set; }

    /// <summary>Scales cos and sin, as the ratio m(Mscale) / m(MscaleAllDim), where m(x) = 0.1 x ln(Factor) + 1.</summary>
    public double Mscale { get; set; }

    /// <summary>Scales the softmax by m(MscaleAllDim) squared; 0 leaves it alone.</summary>
    public double MscaleAllDim { get; set; }
}
