using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>A program that runs the model: ours or a peer. It lives in a process of its own and does one thing at a time.</summary>
internal interface IContender : IDisposable
{
    ContenderFacts Facts { get; }

    /// <summary>Logits of the last token of a prompt, then of each of some single steps behind it.</summary>
    /// <param name="prompt">The first tokens of the setup, from an empty cache.</param>
    /// <param name="steps">The tokens that follow them.</param>
    /// <param name="row">Gets the rows in turn.</param>
    void Logits(int prompt, int steps, Action<ReadOnlySpan<float>> row);

    /// <summary>Runs a case once without a clock, chooses among the contender's settings where it has some, and leaves the cache filled.</summary>
    /// <returns>The settings chosen, in words; empty where there are none.</returns>
    string Warm(BenchCase what);

    /// <summary>Seconds of one run of a case that was warmed.</summary>
    double Run(BenchCase what);

    /// <summary>What the machine can do now, for the contender that can measure it; null for the others.</summary>
    MachineLimits? Limits();
}
