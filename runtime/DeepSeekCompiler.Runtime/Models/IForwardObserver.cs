namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Sees intermediate results of a forward pass; for tests and for finding where two runs part.</summary>
public interface IForwardObserver
{
    /// <summary>Called after <paramref name="probe"/> was computed for all tokens of one chunk.</summary>
    /// <param name="probe"><c>embed</c>, <c>attention</c> (residual stream after it), <c>block</c> (residual stream after it),
    /// <c>norm</c>, <c>topk_weight</c>, <c>eh_proj</c>.</param>
    /// <param name="layer">Layer index; MTP blocks follow the main ones; -1 where there is none.</param>
    /// <param name="firstPosition">Position of the first row.</param>
    /// <param name="rows">Tokens of the chunk.</param>
    /// <param name="values">[rows, columns] row-major; valid during the call only.</param>
    void OnValues(string probe, int layer, int firstPosition, int rows, ReadOnlySpan<float> values);

    /// <summary>Called with the chosen experts of a layer, [rows, k].</summary>
    void OnExperts(int layer, int firstPosition, int rows, ReadOnlySpan<int> experts);
}
