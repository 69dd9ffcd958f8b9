using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>What a sum of products multiplies.</summary>
internal static class Factors
{
    /// <exception cref="LoweringException">It sums something else.</exception>
    public static Read Factor(this Reduce stage, bool first) => stage.Value is Binary { Op: BinaryOp.Mul, Left: Read left, Right: Read right } ? first ? left : right
        : throw new LoweringException($"{stage.Name} is no sum of products");
}
