using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>One number of a tensor, decoded to float32 (or an integer).</summary>
public sealed record Read(Tensor Tensor, Expr[] Index) : Expr
{
    public override ScalarKind Kind => Tensor.Format == NumberFormat.I32 ? ScalarKind.I32 : ScalarKind.F32;
}
