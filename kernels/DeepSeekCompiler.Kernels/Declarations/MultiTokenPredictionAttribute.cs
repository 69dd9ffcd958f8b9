namespace DeepSeekCompiler;

/// <summary>A multi-token-prediction module after the main model (DeepSeek-V3 report, section 2.2).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MultiTokenPredictionAttribute : Attribute
{
    /// <summary>Modules; 0 or 1. When not set, 1.</summary>
    public int NumNextnPredictLayers { get; set; }
}
