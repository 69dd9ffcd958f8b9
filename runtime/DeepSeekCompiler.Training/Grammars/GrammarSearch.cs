using System.Text;

namespace DeepSeekCompiler.Training.Grammars;

/// <summary>Goes through the derivations of a grammar, all of them or those of one text, by running it again for every alternative.</summary>
public static class GrammarSearch
{
    /// <summary>Every text of a small grammar with -ln P of its derivation; a text comes twice when it has two.</summary>
    /// <param name="grammar">The grammar.</param>
    /// <param name="limit">The most derivations; a grammar with more is refused.</param>
    /// <exception cref="ArgumentException">There are more than <paramref name="limit"/>.</exception>
    public static IEnumerable<(string Text, double Nats)> Enumerate(Action<Derivation> grammar, int limit = 1_000_000)
    {
        foreach (var found in Search(grammar, null))
        {
            if (limit-- == 0) throw new ArgumentException("The grammar has more derivations than the limit.");
            yield return found;
        }
    }

    /// <summary>-ln P of every derivation of a text: none when the grammar does not make the text, one when it is unambiguous.</summary>
    public static IReadOnlyList<double> Derivations(Action<Derivation> grammar, string text) => [.. Search(grammar, text).Select(f => f.Nats)];

    private static IEnumerable<(string Text, double Nats)> Search(Action<Derivation> grammar, string? text)
    {
        var open = new Stack<int[]>();
        open.Push([]);
        while (open.TryPop(out var choices))
        {
            var run = new Replay(choices, text);
            grammar(run);
            for (int i = run.Alternatives - 1; i >= 0; i--)
            {
                if (run.IsPossible(i)) open.Push([.. choices, i]);
            }

            if (run.IsComplete) yield return (run.Text.ToString(), run.Nats);
        }
    }

    /// <summary>Repeats choices; stops where they end, or where the text becomes another than the one looked for.</summary>
    private sealed class Replay(int[] choices, string? target) : Derivation
    {
        private int _next;
        private bool _stopped;
        private int[] _weights = [];

        public StringBuilder Text { get; } = new();

        public double Nats { get; private set; }

        /// <summary>Alternatives of the first choice that is open; 0 when there is none.</summary>
        public int Alternatives { get; private set; }

        public bool IsComplete => !_stopped && (target is null || Text.Length == target.Length);

        public bool IsPossible(int alternative) => _weights.Length == 0 || _weights[alternative] > 0;

        protected override void Append(ReadOnlySpan<char> text)
        {
            if (_stopped) return;
            if (target is not null && !target.AsSpan(Text.Length).StartsWith(text, StringComparison.Ordinal)) _stopped = true;
            else Text.Append(text);
        }

        protected override int Choose(int count, ReadOnlySpan<int> weights)
        {
            if (_stopped) return 0;
            if (_next < choices.Length)
            {
                Nats += Choices.Nats(count, weights, choices[_next]);
                return choices[_next++];
            }

            _stopped = true;
            Alternatives = count;
            _weights = weights.ToArray();
            return 0;
        }
    }
}
