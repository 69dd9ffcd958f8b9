namespace DeepSeekCompiler.Training.Grammars;

/// <summary>A text drawn from a grammar.</summary>
/// <param name="Text">The text.</param>
/// <param name="Nats">-ln P of its derivation, which is -ln P of the text where the grammar is unambiguous.</param>
/// <param name="ChoiceEntropy">Sum of the entropies of the choices on the way, in nats. Its mean over texts is the grammar's entropy too (chain rule), with a
/// smaller spread than the mean of <see cref="Nats"/>.</param>
public readonly record struct SampledText(string Text, double Nats, double ChoiceEntropy);
