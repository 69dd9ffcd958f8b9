using DeepSeekCompiler.Peers.Contenders;

namespace DeepSeekCompiler.Peers;

/// <summary>What a run was asked for.</summary>
/// <param name="Config">config.json of the model.</param>
/// <param name="Prefill">Prompt lengths.</param>
/// <param name="DecodeAt">Contexts.</param>
/// <param name="Tokens">Single steps of a decode run.</param>
/// <param name="Repetitions">Rounds of a case.</param>
/// <param name="Threads">Of every contender.</param>
/// <param name="Contenders">Names of <see cref="ContenderList"/>, in the order of their turns.</param>
/// <param name="Cache">Format of our KV cache.</param>
/// <param name="Work">Where checkpoints, GGUF files and llama.cpp are kept.</param>
/// <param name="Json">File for all results; null for none.</param>
internal sealed record Options(
    string Config, int[] Prefill, int[] DecodeAt, int Tokens, int Repetitions, int Threads, string[] Contenders, string Cache, string Work, string? Json)
{
    public IReadOnlyList<BenchCase> Cases =>
    [
        .. Prefill.Select(n => new BenchCase(CaseKind.Prefill, n, 0)),

        // The cache of a longer context holds the shorter ones.
        .. DecodeAt.Order().Select(n => new BenchCase(CaseKind.Decode, n, Tokens)),
    ];

    /// <exception cref="PeerException">What cannot be measured, in a sentence.</exception>
    public void Check()
    {
        if (!File.Exists(Config)) throw new PeerException($"--config: there is no file {Config}.");
        if (Prefill.Concat(DecodeAt).Any(n => n < 1)) throw new PeerException("Prompt lengths and contexts are 1 or more.");
        if (Prefill.Length + DecodeAt.Length == 0) throw new PeerException("--prefill and --decode-at are both empty; nothing is left to time.");
        if (Tokens < 1) throw new PeerException($"--tokens {Tokens} measures nothing; give 1 or more.");
        if (Repetitions < 1) throw new PeerException($"--repetitions {Repetitions} measures nothing; give 1 or more.");
        if (Threads is < 1 or > 1024) throw new PeerException($"--threads {Threads} cannot work; give 1 to 1024.");
        if (Cache is not ("f32" or "bf16" or "i16")) throw new PeerException($"There is no cache format {Cache}; f32, bf16 and i16 are.");
        if (Contenders.FirstOrDefault(c => !ContenderList.Names.Contains(c)) is { } unknown)
            throw new PeerException($"There is no contender {unknown}; there are {string.Join(", ", ContenderList.Names)}.");
        if (!Contenders.Contains(ContenderList.Reference)) throw new PeerException($"--contenders lacks {ContenderList.Reference}, with which all are compared.");
    }
}
