using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>One extent of a tensor: a size, and for temporaries the axis it runs along, so that a schedule can keep only the part in use.</summary>
public readonly struct Dim
{
    public Dim(Expr size, Axis? axis = null)
    {
        Size = size;
        Axis = axis;
    }

    public Expr Size { get; }

    public Axis? Axis { get; }

    public static implicit operator Dim(int size) => new(size);

    public static implicit operator Dim(Expr size) => new(size);

    public static implicit operator Dim(Axis axis) => new(axis.Extent, axis);
}
