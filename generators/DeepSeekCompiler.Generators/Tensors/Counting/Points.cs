using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>Counts the points of axes whose extents depend on parameters, on each other, or (on average) on data.</summary>
internal sealed class Points(IReadOnlyDictionary<string, long> scalars, double average)
{
    private readonly Dictionary<Axis, long> _values = new();

    /// <summary>Points of the axes together, outermost first; an axis is walked only where a later one depends on it.</summary>
    public double Count(IReadOnlyList<Axis> axes, int first = 0)
    {
        if (first == axes.Count) return 1;
        var axis = axes[first];
        if (Value(axis.Extent) is not { } extent) return average * Count(axes, first + 1);
        bool walked = false;
        for (int i = first + 1; i < axes.Count; i++) walked |= Mentions(axes[i].Extent, axis) || Mentions(axes[i].Begin, axis);
        if (!walked) return Math.Max(0, extent) * Count(axes, first + 1);
        double sum = 0;
        long begin = Value(axis.Begin) ?? 0;
        for (long i = begin; i < begin + extent; i++)
        {
            _values[axis] = i;
            sum += Count(axes, first + 1);
        }

        _values.Remove(axis);
        return sum;
    }

    /// <summary>First and last value of every axis, over all values of the others; null where only the data say.</summary>
    public Dictionary<Axis, Interval?> Ranges(IReadOnlyList<Axis> axes)
    {
        var ranges = new Dictionary<Axis, Interval?>();
        foreach (var axis in axes)
        {
            var (begin, extent) = (Interval.Of(axis.Begin, scalars, ranges), Interval.Of(axis.Extent, scalars, ranges));
            // An extent "end - begin" says the end itself; begin and extent at their worst otherwise.
            var end = axis.Extent is Binary { Op: BinaryOp.Sub } e && e.Right == axis.Begin ? Interval.Of(e.Left, scalars, ranges) : null;
            double? last = extent is null || begin is null ? null : (end?.High ?? begin.Value.High + extent.Value.High) - 1;
            ranges[axis] = last is null ? null : new(begin!.Value.Low, Math.Max(begin.Value.Low, last.Value));
        }

        return ranges;
    }

    private long? Value(Expr e)
    {
        var ranges = new Dictionary<Axis, Interval?>();
        foreach (var pair in _values) ranges[pair.Key] = new(pair.Value, pair.Value);
        return Interval.Of(e, scalars, ranges) is { } interval ? (long)interval.High : null;
    }

    private static bool Mentions(Expr e, Axis axis) => Walk.Any(e, x => x is AxisIndex a && ReferenceEquals(a.Axis, axis));
}
