using System.Globalization;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>What a session refuses, one sentence each.</summary>
internal static class SessionChecks
{
    public static void Tokens(ReadOnlySpan<int> tokens, int position, int vocabSize, string parameter)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("There are no tokens; at least 1 is needed.", parameter);
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)vocabSize)
            {
                throw new ArgumentException(
                    Sentence($"Token {tokens[i]} at position {position + i} is outside the vocabulary; ids are 0 to {vocabSize - 1}."), parameter);
            }
        }
    }

    public static void Room(int tokens, int position, int maxTokens)
    {
        if (tokens > maxTokens - position)
        {
            throw new InvalidOperationException(Sentence(
                $"{tokens} more tokens at position {position} do not fit into this session's context of {maxTokens} tokens."));
        }
    }

    public static void Logits(int length, int rows, int vocabSize, string parameter)
    {
        if (length < (long)rows * vocabSize)
        {
            throw new ArgumentException(
                Sentence($"The logits have room for {length} numbers; {rows} rows of {vocabSize} need {(long)rows * vocabSize}."), parameter);
        }
    }

    public static void HasDraft(ModelInfo info)
    {
        if (info.NumNextnPredictLayers < 1)
        {
            throw new InvalidOperationException($"{info.Name} has no multi-token-prediction module, so it cannot draft.");
        }
    }

    public static void HiddenRows(int wanted, int kept)
    {
        if (wanted > kept)
        {
            throw new InvalidOperationException(Sentence(
                $"A draft of {wanted} rows needs their hidden states, and the latest forward chunk left {kept}; draft fewer, or pass fillDraft to Forward."));
        }
    }

    public static void Deepens(int deeper)
    {
        if (deeper < 0)
        {
            throw new InvalidOperationException("A deeper draft goes on from the draft just before it, and the latest step was none; call Draft first.");
        }
    }

    public static void NoGap(int position, int drafted)
    {
        if (position > drafted)
        {
            throw new InvalidOperationException(Sentence(
                $"A draft from position {position} needs the draft cache before it, which ends at {drafted}; pass fillDraft to Forward, or draft every row."));
        }
    }

    public static void Rewind(int position, int current)
    {
        if (position < 0 || position > current)
        {
            throw new ArgumentOutOfRangeException(
                nameof(position), position, Sentence($"A session at position {current} can go back to 0 to {current} only."));
        }
    }

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
