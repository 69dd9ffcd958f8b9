using DeepSeekCompiler.Peers.Contenders;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>What is known of a contender.</summary>
/// <param name="Name">Of the list.</param>
internal sealed record ContenderResult(string Name)
{
    /// <summary>Program, version, formats; empty where it did not come that far.</summary>
    public string Description { get; set; } = "";

    /// <summary>Bytes of weights that one token reads.</summary>
    public long ActiveBytes { get; set; }

    /// <summary>Logits of the first layers beside the reference's, where <see cref="ContenderList.Tolerance"/> holds; null where it did not come that far.</summary>
    public LogitError? FirstLayers { get; set; }

    /// <summary>Logits of the whole model beside the reference's.</summary>
    public LogitError? Whole { get; set; }

    /// <summary>Why it is not timed, in a sentence; null where it is.</summary>
    public string? Failure { get; set; }
}
