using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>A tensor of a kernel, row-major. Compared by reference.</summary>
public sealed class Tensor
{
    public Tensor(string name, NumberFormat format, TensorRole role, params Dim[] dims)
    {
        Name = name;
        Format = format;
        Role = role;
        Dims = dims;
    }

    public string Name { get; }

    public NumberFormat Format { get; }

    public TensorRole Role { get; }

    public IReadOnlyList<Dim> Dims { get; }

    /// <summary>Whether a caller gives it.</summary>
    public bool IsArgument => Role is not (TensorRole.Temp or TensorRole.Ahead);

    /// <summary>True when the first index picks a pointer: expert weights (one tensor an expert) and cache pages.</summary>
    public bool IsTable { get; init; }

    /// <summary>For a table: numbers between where a pointer points and where the tensor's begin; other tensors share the pointer.</summary>
    public int Offset { get; init; }

    /// <summary>For a table whose entries are one array: numbers from entry to entry; 0 where an entry is what its extents say.</summary>
    public int Pitch { get; init; }

    /// <summary>The number at <paramref name="index"/>.</summary>
    public Read this[params Expr[] index] => new(this, index);

    public override string ToString() => Name;
}
