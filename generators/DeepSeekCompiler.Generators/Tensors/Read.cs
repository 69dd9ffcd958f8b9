using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>One number of a tensor, decoded to float32 (or an integer). Two are equal when they are the same number, whoever wrote them down.</summary>
public sealed record Read(Tensor Tensor, Expr[] Index) : Expr
{
    public override ScalarKind Kind => Tensor.Format == NumberFormat.I32 ? ScalarKind.I32 : ScalarKind.F32;

    public bool Equals(Read? other) => other is not null && Tensor == other.Tensor && Index.SequenceEqual(other.Index);

    public override int GetHashCode() => Tensor.GetHashCode();
}
