using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>One direction of iteration. Compared by reference.</summary>
public sealed class Axis
{
    /// <param name="name">The letter or word of the formula (t, n, k, head ...).</param>
    /// <param name="extent">Count: a constant, a parameter, or an expression of outer axes.</param>
    /// <param name="begin">First value; 0 when null.</param>
    /// <param name="max">An upper bound of the extent where it is not a constant.</param>
    public Axis(string name, Expr extent, Expr? begin = null, int max = 0)
    {
        Name = name;
        Extent = extent;
        Begin = begin ?? Const.Zero;
        Max = extent is Const c ? (int)c.Value : max;
        Index = new AxisIndex(this);
    }

    public string Name { get; }

    public Expr Extent { get; }

    public Expr Begin { get; }

    /// <summary>Upper bound of the extent; 0 when there is none.</summary>
    public int Max { get; }

    /// <summary>The axis' value as an expression.</summary>
    public AxisIndex Index { get; }

    public bool IsStatic => Extent is Const;

    public static implicit operator Expr(Axis axis) => axis.Index;

    public override string ToString() => Name;
}
