using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>Replaces axes and reads in tensor-level expressions.</summary>
internal sealed class Substitution
{
    private readonly Dictionary<Axis, Expr> _axes = new();
    private readonly List<Func<Read, Expr?>> _reads = new();

    /// <summary>Every use of <paramref name="axis"/> becomes <paramref name="value"/>.</summary>
    public Substitution With(Axis axis, Expr value)
    {
        _axes[axis] = value;
        return this;
    }

    /// <summary>Reads for which <paramref name="value"/> gives an expression become that expression; their indices are given as they stand.</summary>
    public Substitution With(Func<Read, Expr?> value)
    {
        _reads.Add(value);
        return this;
    }

    public Expr In(Expr e)
    {
        switch (e)
        {
            case AxisIndex index when _axes.TryGetValue(index.Axis, out var value):
                return value;
            case Read read:
                foreach (var rule in _reads)
                {
                    if (rule(read) is { } replaced) return replaced;
                }

                return In(read);
            default:
                return Walk.Rebuild(e, In);
        }
    }

    /// <summary>A read with its indices replaced.</summary>
    public Read In(Read read)
    {
        var index = new Expr[read.Index.Length];
        for (int i = 0; i < index.Length; i++) index[i] = In(read.Index[i]);
        return new Read(read.Tensor, index);
    }
}
