using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Compile.Measuring;

/// <summary>What router and dispatch hand to the experts: every token has its own random choice. A slot is a token at one of its experts; slots of an expert
/// lie side by side.</summary>
public sealed class RoutingData
{
    /// <param name="spec">The model.</param>
    /// <param name="tokens">Tokens of the call.</param>
    /// <param name="seed">Which random choice.</param>
    public RoutingData(ModelSpec spec, int tokens, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(spec);
        int experts = spec.Experts?.NRoutedExperts ?? 1, k = spec.Experts?.NumExpertsPerTok ?? 1;
        var random = new Random(tokens + (seed << 16));
        var all = Enumerable.Range(0, experts).ToArray();
        Ids = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(spec.VocabSize))];
        Chosen = [.. Enumerable.Range(0, tokens).SelectMany(_ =>
        {
            random.Shuffle(all);
            return all.Take(k).ToArray();
        })];
        var order = Enumerable.Range(0, Chosen.Length).OrderBy(i => Chosen[i]).ToArray();
        Slot = new int[Chosen.Length];
        SlotToken = new int[Chosen.Length];
        for (int s = 0; s < order.Length; s++) (Slot[order[s]], SlotToken[s]) = (s, order[s] / k);
        var groups = Chosen.GroupBy(e => e).OrderBy(g => g.Key).ToList();
        Active = groups.Count;
        Expert = new int[experts];
        Offset = new int[experts + 1];
        for (int i = 0; i < groups.Count; i++) (Expert[i], Offset[i + 1]) = (groups[i].Key, Offset[i] + groups[i].Count());
    }

    /// <summary>[tokens] ids.</summary>
    public int[] Ids { get; }

    /// <summary>[tokens, k] experts of a token.</summary>
    public int[] Chosen { get; }

    /// <summary>[tokens, k] the slot of each choice.</summary>
    public int[] Slot { get; }

    /// <summary>[tokens * k] the token of a slot.</summary>
    public int[] SlotToken { get; }

    /// <summary>[experts] the active ones first.</summary>
    public int[] Expert { get; }

    /// <summary>[experts + 1] first slot of each active expert.</summary>
    public int[] Offset { get; }

    /// <summary>Experts with a token.</summary>
    public int Active { get; }

    /// <summary>The numbers of an integer argument.</summary>
    public int[] Of(string argument) => argument switch
    {
        "ids" => Ids,
        "chosen" => Chosen,
        "slot" => Slot,
        "slotToken" => SlotToken,
        "expert" => Expert,
        "offset" => Offset,
        "active" => [Active],
        _ => throw new ArgumentException($"It is not known which numbers the argument {argument} holds."),
    };
}
