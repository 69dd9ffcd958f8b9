namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>What a forward pass asked about its context, and what it was told: launches of a step depend on its position through this alone.</summary>
/// <param name="Items">Work items without a split.</param>
/// <param name="Tokens">Tokens of the step.</param>
/// <param name="Parts">Work items for every unit that were wished for.</param>
/// <param name="Splits">The answer.</param>
internal readonly record struct SplitQuestion(int Items, int Tokens, int Parts, int Splits);
