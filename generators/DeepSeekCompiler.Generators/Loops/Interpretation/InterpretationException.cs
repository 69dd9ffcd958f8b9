using System;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>Loop-level code that does what no correct code does: reads out of range, or what was never written.</summary>
public sealed class InterpretationException(string message) : Exception(message);
