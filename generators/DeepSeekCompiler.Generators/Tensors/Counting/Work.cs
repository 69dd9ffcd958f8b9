using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>What a kernel must do at given sizes, counted over its stages, whatever the schedule: a contraction is two operations a term, other stages count
/// their operations on floats; every number of an input is read once, every number of an output is written once, temporaries stay on the chip.
/// These are the axes of the roofline model (Williams, Waterman, Patterson, 2009).</summary>
/// <param name="Flops">Floating-point operations.</param>
/// <param name="Bytes">Bytes that move between memory and chip.</param>
public sealed record Work(double Flops, double Bytes)
{
    /// <summary>Operations a byte.</summary>
    public double Intensity => Bytes == 0 ? 0 : Flops / Bytes;

    /// <param name="kernel">The kernel.</param>
    /// <param name="scalars">Value of every integer parameter.</param>
    /// <param name="average">Extent of axes whose length only the data say (the slots of an expert).</param>
    public static Work Of(TensorKernel kernel, IReadOnlyDictionary<string, long> scalars, double average)
    {
        double flops = 0;
        var traffic = new Traffic(scalars, average);
        foreach (var stage in kernel.Stages)
        {
            var reduce = stage as Reduce;
            IReadOnlyList<Axis> axes = reduce is null ? stage.Axes : [.. stage.Axes, .. reduce.Over];
            var points = new Points(scalars, average);
            flops += points.Count(axes) * OperationsOf(stage) / Same(stage, points);
            var ranges = points.Ranges(axes);
            foreach (var read in ReadsOf(stage)) traffic.Add(read, ranges);
        }

        // Kernels written at loop level have no stages; theirs are small, and every tensor moves once.
        if (kernel.Stages.Count == 0)
        {
            foreach (var tensor in kernel.Tensors) traffic.AddWhole(tensor);
        }

        return new(flops, traffic.Bytes);
    }

    // A value that knows an axis by its quotient alone (the scale of a block of rows) is worked out once for as many points as have the same.
    private static double Same(Stage stage, Points points)
    {
        if ((stage is Map map ? map.Value : (stage as Reduce)?.Value) is not { } value) return 1;
        double same = 1;
        foreach (var axis in stage.Axes)
        {
            long divisor = Divisor(value, axis) ?? 1;
            if (divisor > 1) same *= Math.Min(divisor, points.Count([axis]));
        }

        return same;
    }

    // The least that the axis is divided by wherever it stands, 1 where it stands alone; null where it does not.
    private static long? Divisor(Expr e, Axis axis)
    {
        if (e is AxisIndex own) return own.Axis == axis ? 1 : null;
        if (e is Binary { Op: BinaryOp.Div, Left: AxisIndex divided, Right: Const { Type: ScalarKind.I32 } by } && divided.Axis == axis) return (long)by.Value;
        var children = e is Read read ? read.Index : (IEnumerable<Expr>)Walk.Children(e);
        return children.Select(child => Divisor(child, axis)).Min();
    }

    private static double OperationsOf(Stage stage) => stage switch
    {
        Reduce { Op: ReduceOp.Sum, Value: Binary { Op: BinaryOp.Mul } } => 2,
        Reduce { Op: ReduceOp.Sum, Value: PairDot { A: Read, B: Read } } => 4,
        Reduce r => Operations(r.Value) + 1,
        Map m => Operations(m.Value),
        _ => 0,
    };

    private static int Operations(Expr e)
    {
        int own = e switch
        {
            Binary { Left.Kind: ScalarKind.F32 } => 1,
            Unary { Operand.Kind: ScalarKind.F32 } => 1,
            MulAdd => 2,
            PairDot => 4,
            _ => 0,
        };
        return own + Walk.Children(e).Sum(Operations);
    }

    private static IEnumerable<Read> ReadsOf(Stage stage)
    {
        IEnumerable<Expr> roots = stage switch
        {
            Reduce r => new[] { r.Target, r.Value, r.Scale, r.Init }.OfType<Expr>(),
            Map m => [m.Target, m.Value],
            _ => [stage.Target],
        };
        return roots.SelectMany(Reads);
    }

    // Reads stand inside the indices of reads too (the row of a token id).
    private static IEnumerable<Read> Reads(Expr e) => e is Read read ? read.Index.SelectMany(Reads).Prepend(read) : Walk.Children(e).SelectMany(Reads);
}
