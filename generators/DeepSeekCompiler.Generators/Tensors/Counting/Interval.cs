using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>The values that an integer expression can take.</summary>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>How many integers it holds.</summary>
    public double Length => Math.Max(0, High - Low + 1);

    public Interval Union(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>Null where the expression reads data.</summary>
    public static Interval? Of(Expr e, IReadOnlyDictionary<string, long> scalars, IReadOnlyDictionary<Axis, Interval?> axes)
    {
        switch (e)
        {
            case Const c: return new(c.Value, c.Value);
            case Var v: return scalars.TryGetValue(v.Name, out long value) ? new(value, value) : null;
            case AxisIndex a: return axes.TryGetValue(a.Axis, out var range) ? range : null;
            case Binary b: return Of(b.Left, scalars, axes) is { } left && Of(b.Right, scalars, axes) is { } right ? Of(b.Op, left, right) : null;
            default: return null;
        }
    }

    private static Interval? Of(BinaryOp op, Interval a, Interval b)
    {
        switch (op)
        {
            case BinaryOp.Add: return new(a.Low + b.Low, a.High + b.High);
            case BinaryOp.Sub: return new(a.Low - b.High, a.High - b.Low);
            case BinaryOp.Mul: return Corners(a, b, (x, y) => x * y);
            case BinaryOp.Div when b.Low > 0: return Corners(a, b, (x, y) => Math.Floor(x / y));
            case BinaryOp.Mod when b.Low > 0: return a.Low >= 0 && a.High < b.Low ? a : new(0, b.High - 1);
            case BinaryOp.Min: return new(Math.Min(a.Low, b.Low), Math.Min(a.High, b.High));
            case BinaryOp.Max: return new(Math.Max(a.Low, b.Low), Math.Max(a.High, b.High));
            default: return null;
        }
    }

    private static Interval Corners(Interval a, Interval b, Func<double, double, double> f)
    {
        double[] all = [f(a.Low, b.Low), f(a.Low, b.High), f(a.High, b.Low), f(a.High, b.High)];
        return new(all.Min(), all.Max());
    }
}
