using System.Text;
using DeepSeekCompiler.Runtime.Generation;

namespace DeepSeekCompiler.Training.Grammars;

/// <summary>Draws texts from a grammar.</summary>
public static class GrammarSampler
{
    /// <summary>The text that a seed stands for, with its exact probability.</summary>
    public static SampledText Sample(Action<Derivation> grammar, ulong seed)
    {
        var derivation = new Drawn(seed);
        grammar(derivation);
        return new SampledText(derivation.Text.ToString(), derivation.Nats, derivation.Entropy);
    }

    private sealed class Drawn(ulong seed) : Derivation
    {
        private readonly RandomSource _random = new(seed);

        public StringBuilder Text { get; } = new();

        public double Nats { get; private set; }

        public double Entropy { get; private set; }

        protected override void Append(ReadOnlySpan<char> text) => Text.Append(text);

        protected override int Choose(int count, ReadOnlySpan<int> weights)
        {
            if (weights.IsEmpty)
            {
                Nats += Math.Log(count);
                Entropy += Math.Log(count);
                return _random.Below(count);
            }

            int total = Choices.Total(weights), taken = 0;
            for (int left = _random.Below(total); left >= weights[taken]; taken++) left -= weights[taken];
            Nats += Choices.Nats(count, weights, taken);
            for (int i = 0; i < count; i++) Entropy += weights[i] == 0 ? 0 : weights[i] / (double)total * Choices.Nats(count, weights, i);
            return taken;
        }
    }
}
