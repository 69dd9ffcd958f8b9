using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Times greedy generation with and without the model's own MTP module as a draft, in turns.</summary>
/// <param name="Tokens">Tokens of every run.</param>
/// <param name="Plain">Seconds a token without drafts.</param>
/// <param name="Drafted">Seconds a token with drafts.</param>
/// <param name="Gain">Plain over drafted, pair by pair.</param>
/// <param name="Last">The last run with drafts: how deep they were, and how many were right.</param>
public sealed record GenerationBench(int Tokens, Spread Plain, Spread Drafted, Spread Gain, GenerationStatistics Last)
{
    /// <summary>Runs pairs after a warm one.</summary>
    /// <param name="session">With room for the prompt, the tokens and a draft.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="tokens">Tokens to generate in a run.</param>
    /// <param name="depth">Drafts a step; 0 for as many as are worth it.</param>
    /// <param name="repetitions">Pairs.</param>
    /// <exception cref="ArgumentException">The model has no MTP module.</exception>
    public static GenerationBench Measure(Session session, int[] prompt, int tokens, int depth, int repetitions)
    {
        var sequence = new SessionSequence(session);
        if (!sequence.CanDraft) throw new ArgumentException("The model has no MTP module that could draft.");
        TextGenerator Generator(bool drafts) => new(sequence, new GenerationOptions { MaxTokens = tokens, Speculative = drafts, DraftDepth = depth });
        var (plain, drafted) = (Generator(false), Generator(true));
        GenerationStatistics Run(TextGenerator generator)
        {
            session.Rewind(0);
            return generator.Run(prompt, _ => { });
        }

        Run(plain);
        Run(drafted);
        double[] a = new double[repetitions], b = new double[repetitions], gain = new double[repetitions];
        GenerationStatistics last = new();
        for (int i = 0; i < repetitions; i++)
        {
            a[i] = 1 / Run(plain).DecodeRate;
            last = Run(drafted);
            b[i] = 1 / last.DecodeRate;
            gain[i] = a[i] / b[i];
        }

        return new(tokens, Spread.Of(a), Spread.Of(b), Spread.Of(gain), last);
    }
}
