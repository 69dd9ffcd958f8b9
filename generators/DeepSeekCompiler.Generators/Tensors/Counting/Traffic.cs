using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>Counts which part of every tensor a kernel touches: no more than its reads one by one, and no more than the box around them all.</summary>
internal sealed class Traffic(IReadOnlyDictionary<string, long> scalars, double average)
{
    private readonly Dictionary<Tensor, double> _bytes = new();
    private readonly Dictionary<Tensor, (double Sum, Interval?[] Box)> _parts = new();
    private readonly HashSet<(Tensor, string)> _seen = new();

    public double Bytes => _bytes.Values.Sum() + _parts.Sum(p => Passes(p.Key) * p.Key.Format.Bytes() * Math.Min(p.Value.Sum, Product(p.Key, p.Value.Box)));

    /// <param name="read">A number that a stage reads or writes.</param>
    /// <param name="ranges">Values of the stage's axes.</param>
    public void Add(Read read, IReadOnlyDictionary<Axis, Interval?> ranges)
    {
        if (read.Tensor.Role == TensorRole.Temp || !_seen.Add((read.Tensor, string.Join(";", read.Index.Select(i => Signature(i, ranges)))))) return;
        var box = read.Index.Select(i => Interval.Of(i, scalars, ranges)).ToArray();
        double count = 1;
        var counted = new HashSet<Axis>();
        for (int i = 0; i < box.Length; i++)
        {
            double points = 1;
            foreach (var axis in AxesOf(read.Index[i]).Distinct())
            {
                if (counted.Add(axis)) points *= ranges.TryGetValue(axis, out var range) && range is { } r ? r.Length : average;
            }

            count *= Math.Min(points, Extent(read.Tensor, i, box[i]));
        }

        if (!_parts.TryGetValue(read.Tensor, out var part)) part = (0, box);
        else box = box.Zip(part.Box, (a, b) => a is { } x && b is { } y ? (Interval?)x.Union(y) : null).ToArray();
        _parts[read.Tensor] = (part.Sum + count, box);
    }

    public void AddWhole(Tensor tensor)
    {
        if (tensor.Role != TensorRole.Temp) _bytes[tensor] = Passes(tensor) * tensor.Format.Bytes() * Product(tensor, new Interval?[tensor.Dims.Count]);
    }

    // A residual is read and written.
    private static int Passes(Tensor tensor) => tensor.Role == TensorRole.InOut && !tensor.IsTable ? 2 : 1;

    private double Product(Tensor tensor, IReadOnlyList<Interval?> box)
    {
        double product = 1;
        for (int i = 0; i < box.Count; i++) product *= Extent(tensor, i, box[i]);
        return product;
    }

    // The first extent of a table says how many pointers there may be (of pages: nothing).
    private double Extent(Tensor tensor, int i, Interval? box)
    {
        double? size = (tensor.IsTable || tensor.Dims.Count > 1) && i == 0 && tensor.Dims[0].Size is Const { Value: 1 } ? null
            : Interval.Of(tensor.Dims[i].Size, scalars, new Dictionary<Axis, Interval?>())?.High;
        return Math.Min(size ?? double.MaxValue, box?.Length ?? double.MaxValue) is var extent && extent < double.MaxValue ? extent : i == 0 ? double.MaxValue : average;
    }

    private static IEnumerable<Axis> AxesOf(Expr e) => e switch
    {
        AxisIndex a => [a.Axis],
        Read r => r.Index.SelectMany(AxesOf),
        _ => Walk.Children(e).SelectMany(AxesOf),
    };

    private static string Signature(Expr e, IReadOnlyDictionary<Axis, Interval?> ranges) => e switch
    {
        AxisIndex a => ranges.TryGetValue(a.Axis, out var r) ? $"[{r?.Low}..{r?.High}]" : "?",
        Read r => r.Tensor.Name + "(" + string.Join(",", r.Index.Select(i => Signature(i, ranges))) + ")",
        Const c => c.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Var v => v.Name,
        Binary b => $"({Signature(b.Left, ranges)}{b.Op}{Signature(b.Right, ranges)})",
        _ => e.GetType().Name,
    };

}
