namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>Gives a row of a tensor in float32. Called from several threads.</summary>
/// <param name="row">Counted over all outer extents together.</param>
/// <param name="values">One a column.</param>
internal delegate void RowReader(long row, Span<float> values);
