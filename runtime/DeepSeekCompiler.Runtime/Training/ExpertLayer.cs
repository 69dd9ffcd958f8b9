namespace DeepSeekCompiler.Runtime.Training;

/// <summary>The router of one expert block, for balancing without an auxiliary loss.</summary>
public sealed unsafe class ExpertLayer
{
    private readonly float* _bias;
    private readonly int _slot;
    private bool _written = true;

    internal ExpertLayer(int layer, int slot, string? biasName, float* bias, int experts)
    {
        (Layer, _slot, BiasName, Load) = (layer, slot, biasName, new long[experts]);
        _bias = bias;
    }

    /// <summary>Block index; an MTP module's block follows the main ones.</summary>
    public int Layer { get; }

    /// <summary>The correction bias' name in the checkpoint; null where routing has none (topk_method other than noaux_tc).</summary>
    public string? BiasName { get; }

    /// <summary>[Experts] float32, zero at first; ask for it and write it between calls. It has no gradient. Null where <see cref="BiasName"/> is.</summary>
    public float* Bias
    {
        get
        {
            _written = true;
            return _bias;
        }
    }

    /// <summary>How many (token, choice) pairs every expert got since <see cref="TrainingPass.ClearGradients"/>; the mean is tokens * num_experts_per_tok / experts.</summary>
    public long[] Load { get; }

    /// <summary>Copies the biases to a device that may not have them.</summary>
    internal void Send(ITrainingEngine engine)
    {
        if (_written && _bias != null) engine.SetValues(_slot, _bias, Load.Length);
        _written = false;
    }
}
