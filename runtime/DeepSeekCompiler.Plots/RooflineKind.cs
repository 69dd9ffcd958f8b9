namespace DeepSeekCompiler.Plots;

/// <summary>What the kernels of a roofline worked for; each kind has a colour.</summary>
public enum RooflineKind
{
    /// <summary>Many tokens at once.</summary>
    Prefill,

    /// <summary>One token after another.</summary>
    Decode,
}
