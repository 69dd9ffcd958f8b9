using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Adds up what a kernel costs as its algorithm is written down.</summary>
internal sealed class CostBuilder
{
    public KernelCost Cost { get; private set; } = KernelCost.None;

    /// <summary>A matrix multiplies a number of rows; experts' matrices multiply so many together.</summary>
    /// <param name="weight">The matrix.</param>
    /// <param name="times">Rows that it multiplies.</param>
    /// <param name="matrices">Matrices that are read.</param>
    public void Product(WeightTensor weight, Amount times, Amount matrices) =>
        Cost = Cost with { WeightFlops = Cost.WeightFlops + 2 * weight.Numbers * times, WeightBytes = Cost.WeightBytes + weight.Bytes * matrices };

    /// <summary>One matrix.</summary>
    public void Product(WeightTensor weight, Amount times) => Product(weight, times, 1);

    /// <summary>A vector of weights beside a norm of so many rows.</summary>
    public void Norm(int columns, NumberFormat format, Amount rows)
    {
        Vector(columns, format);
        Work(4L * columns * rows);
    }

    /// <summary>A vector of weights.</summary>
    public void Vector(int numbers, NumberFormat format) => Cost = Cost with { WeightBytes = Cost.WeightBytes + (long)numbers * format.Bytes() };

    /// <summary>The input of a projection with the norm in front of it, its row for every token; and the numbers that it makes of each.</summary>
    public void Rows(RowSource source, long numbers, Amount tokens)
    {
        if (source.Norm is var (format, _)) Norm(source.Columns, format, tokens);
        Move((source.Columns + numbers) * 4 * tokens);
    }

    public void Work(Amount flops) => Cost = Cost with { OtherFlops = Cost.OtherFlops + flops };

    public void Move(Amount bytes) => Cost = Cost with { OtherBytes = Cost.OtherBytes + bytes };
}
