using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>Neighbours in a manifest of one shape and format, the experts of a projection: on a device they lie one behind the other without a gap, so that a kernel
/// finds expert e at e times its size.</summary>
internal static class ExpertRuns
{
    /// <summary>First slot of every run and the one behind its last; a tensor that is no expert's is a run by itself.</summary>
    public static IEnumerable<(int Start, int End)> Of(IReadOnlyList<TensorSlot> slots)
    {
        for (var start = 0; start < slots.Count;)
        {
            var end = start + 1;
            while (end < slots.Count && IsExpert(slots[start]) && SameRun(slots[start], slots[end]))
            {
                end++;
            }

            yield return (start, end);
            start = end;
        }
    }

    private static bool IsExpert(TensorSlot slot) => slot.Name.Contains(".experts.", StringComparison.Ordinal);

    private static bool SameRun(TensorSlot first, TensorSlot other) =>
        IsExpert(other) && first.Format == other.Format && first.Rows == other.Rows && first.Columns == other.Columns && Kind(first) == Kind(other) && Layer(first) == Layer(other);

    private static string Kind(TensorSlot slot) => slot.Name[slot.Name.LastIndexOf(".experts.", StringComparison.Ordinal)..].Split('.')[3];

    private static string Layer(TensorSlot slot) => slot.Name[..slot.Name.LastIndexOf(".experts.", StringComparison.Ordinal)];
}
