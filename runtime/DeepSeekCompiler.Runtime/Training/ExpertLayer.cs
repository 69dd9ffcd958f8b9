namespace DeepSeekCompiler.Runtime.Training;

/// <summary>The router of one expert block, for balancing without an auxiliary loss.</summary>
public sealed unsafe class ExpertLayer
{
    internal ExpertLayer(int layer, string? biasName, float* bias, int experts)
    {
        (Layer, BiasName, Load) = (layer, biasName, new long[experts]);
        Bias = bias;
    }

    /// <summary>Block index; an MTP module's block follows the main ones.</summary>
    public int Layer { get; }

    /// <summary>The correction bias' name in the checkpoint; null where routing has none (topk_method other than noaux_tc).</summary>
    public string? BiasName { get; }

    /// <summary>[Experts] float32, zero at first; write it between calls. It has no gradient. Null where <see cref="BiasName"/> is.</summary>
    public float* Bias { get; }

    /// <summary>How many (token, choice) pairs every expert got since <see cref="TrainingPass.ClearGradients"/>; the mean is tokens * num_experts_per_tok / experts.</summary>
    public long[] Load { get; }
}
