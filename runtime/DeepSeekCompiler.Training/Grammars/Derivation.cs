using System.Text;

namespace DeepSeekCompiler.Training.Grammars;

/// <summary>One text in the making. A grammar is a method that writes through a derivation and asks it for every free choice, so that the
/// choices are the whole of its randomness and the text's probability is their product.</summary>
/// <remarks>A grammar must be a pure function of the choices, and end whatever they are.</remarks>
public abstract class Derivation
{
    /// <summary>Takes one of several alternatives that are equally likely.</summary>
    /// <param name="count">Alternatives, at least 1.</param>
    /// <returns>0 to count - 1.</returns>
    public int Choose(int count) => count == 1 ? 0 : Choose(count, []);

    /// <summary>Takes one of several alternatives, each as likely as its share of the weights.</summary>
    public int Choose(params ReadOnlySpan<int> weights) => Choose(weights.Length, weights);

    /// <summary>Takes an element of a list; all are equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> from) => from[Choose(from.Count)];

    /// <summary>Takes an element out of a list, so that it is not taken again; all are equally likely.</summary>
    public T Draw<T>(List<T> from)
    {
        int index = Choose(from.Count);
        var element = from[index];
        from.RemoveAt(index);
        return element;
    }

    /// <summary>Writes text; [one|another|a third] in it is a choice among equally likely alternatives, which may hold choices themselves.</summary>
    public void Write(string template)
    {
        int at = 0;
        Write(template, ref at, top: true, silent: false);
    }

    /// <summary>The choice: weights is empty for equal ones.</summary>
    protected abstract int Choose(int count, ReadOnlySpan<int> weights);

    /// <summary>Takes a piece of the text.</summary>
    protected abstract void Append(ReadOnlySpan<char> text);

    // Writes up to the end of the template, or of the alternative that begins here; silent alternatives were not chosen.
    private void Write(string template, ref int at, bool top, bool silent)
    {
        while (at < template.Length && (top || template[at] is not ('|' or ']')))
        {
            if (template[at] == '[')
            {
                at++;
                int taken = silent ? -1 : Choose(Alternatives(template, at));
                for (int index = 0; ; index++)
                {
                    Write(template, ref at, top: false, silent || index != taken);
                    if (at >= template.Length) throw new ArgumentException($"The template \"{template}\" has a [ without its ].");
                    if (template[at++] == ']') break;
                }

                continue;
            }

            int length = template.AsSpan(at).IndexOfAny('[', '|', ']');
            int end = length < 0 ? template.Length : at + length;
            if (end == at) throw new ArgumentException($"The template \"{template}\" has a {template[at]} outside of [ and ].");
            if (!silent) Append(template.AsSpan(at, end - at));
            at = end;
        }
    }

    private static int Alternatives(string template, int at)
    {
        int count = 1;
        for (int depth = 0; at < template.Length; at++)
        {
            if (template[at] == '[') depth++;
            else if (template[at] == ']' && depth-- == 0) break;
            else if (template[at] == '|' && depth == 0) count++;
        }

        return count;
    }
}
