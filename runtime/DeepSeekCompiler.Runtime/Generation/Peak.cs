using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>The largest of some logits, and by how much.</summary>
/// <param name="Token">Where it is; of equals the smaller id.</param>
/// <param name="Margin">How far the next best lies below it; 0 of equals, infinite where there is no other.</param>
public readonly record struct Peak(int Token, float Margin)
{
    /// <summary>One pass for the two largest, one up to the place of the largest.</summary>
    public static Peak Of(ReadOnlySpan<float> logits)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        Vector<float> first = new(float.NegativeInfinity), second = first;
        foreach (var v in vectors)
        {
            second = Vector.Max(second, Vector.Min(first, v));
            first = Vector.Max(first, v);
        }

        float best = float.NegativeInfinity, next = best;
        for (int i = 0; i < Vector<float>.Count; i++) (best, next) = Insert(Insert((best, next), first[i]), second[i]);
        int done = vectors.Length * Vector<float>.Count;
        foreach (float rest in logits[done..]) (best, next) = Insert((best, next), rest);
        return new(Place(logits, vectors, best), best == next ? 0 : best - next);
    }

    private static (float Best, float Next) Insert((float Best, float Next) two, float x) =>
        x > two.Best ? (x, two.Best) : (two.Best, MathF.Max(two.Next, x));

    private static int Place(ReadOnlySpan<float> logits, ReadOnlySpan<Vector<float>> vectors, float best)
    {
        int at = 0;
        var wanted = new Vector<float>(best);
        while (at < vectors.Length && !Vector.EqualsAny(vectors[at], wanted)) at++;
        for (int i = at * Vector<float>.Count; i < logits.Length; i++)
        {
            if (logits[i] == best) return i;
        }

        // Not a number among them: as before any was looked at.
        return 0;
    }
}
