using System;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>A schedule that does not fit its kernel: a defect of the compiler, said in one sentence.</summary>
public sealed class LoweringException(string message) : Exception(message);
