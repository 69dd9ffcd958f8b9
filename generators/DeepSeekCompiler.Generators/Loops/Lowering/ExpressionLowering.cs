using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Tensor-level expressions to loop level: axes become loop variables, reads become loads.</summary>
internal sealed class ExpressionLowering(IReadOnlyDictionary<Tensor, Buffer> arguments, IReadOnlyDictionary<Tensor, TileLayout>? layouts = null,
    IReadOnlyCollection<Tensor>? staged = null)
{
    public Expr Lower(Expr e, Scope scope) => e switch
    {
        Const or Var => e,
        AxisIndex a => Value(a.Axis, scope, null, false),
        Read r => Load(r, scope),
        Unary u => new Unary(u.Op, Lower(u.Operand, scope)),
        Binary b => Fold.Binary(b.Op, Lower(b.Left, scope), Lower(b.Right, scope)),
        Select s => new Select(Lower(s.Condition, scope), Lower(s.Then, scope), Lower(s.Else, scope)),
        Cast c => new Cast(Lower(c.Operand, scope)),
        MulAdd m => new MulAdd(Lower(m.A, scope), Lower(m.B, scope), Lower(m.C, scope)),
        Pair p => new Pair(Lower(p.Low, scope), Lower(p.High, scope)),
        PairNumber p => p with { Word = Lower(p.Word, scope) },
        PairJoin p => p with { A = Lower(p.A, scope), B = Lower(p.B, scope) },
        PairDot d => new PairDot(Lower(d.A, scope), Lower(d.B, scope), Lower(d.Sum, scope)),
        _ => throw new LoweringException($"{e.GetType().Name} is no tensor-level expression"),
    };

    /// <summary>Buffer, table index and element index of a tensor's number.</summary>
    public (Buffer Buffer, Expr? Table, Expr Index) Address(Read read, Scope scope)
    {
        var tensor = read.Tensor;
        if (scope[tensor] is { } storage) return (storage.Buffer, null, LocalIndex(read, storage, scope));
        if (!arguments.TryGetValue(tensor, out var buffer))
            throw new LoweringException($"{tensor.Name} is used where it is not stored");
        if (layouts is not null && layouts.TryGetValue(tensor, out var layout)) return (buffer, null, TileIndex(read, layout, scope));
        int first = tensor.IsTable ? 1 : 0;
        bool inOrder = staged is not null && staged.Contains(tensor);
        Expr index = Const.Zero;
        for (int i = first; i < read.Index.Length; i++)
            index = index * Lower(tensor.Dims[i].Size, scope) + (inOrder && read.Index[i] is AxisIndex a ? Value(a.Axis, scope, null, true) : Lower(read.Index[i], scope));
        return (buffer, tensor.IsTable ? Affine.Simplify(Lower(read.Index[0], scope)) : null, Affine.Simplify(index + tensor.Offset));
    }

    /// <summary>The value of an axis, without what was bound in <paramref name="outer"/>; in staged order where asked.</summary>
    public Expr Value(Axis axis, Scope scope, Scope? outer, bool staged)
    {
        if (scope[axis] is not { Segment: { } segment } state) throw new LoweringException($"axis {axis.Name} is used outside its loops");
        var before = outer?[axis];
        bool segmentKnown = before?.Segment is not null;
        Expr value = segmentKnown ? Const.Zero : Lower(segment.Base, scope);
        if (outer is null) value = Lower(axis.Begin, scope) + value;
        for (int i = 0; i < segment.Parts.Count; i++)
        {
            if (before?.Variables[i] is not null) continue;
            if (state.Variables[i] is not { } variable) throw new LoweringException($"part {i} of axis {axis.Name} is used outside its loop");
            value += variable * (staged ? segment.Parts[i].StagedStride : segment.Parts[i].Stride);
        }

        return value;
    }

    private Expr Load(Read read, Scope scope)
    {
        var (buffer, table, index) = Address(read, scope);
        return new Load(buffer, index, table) { Sub = WordPosition(read, scope) };
    }

    // Numbers of the blocks in front, of the tiles in front, then vectors of the tile, then rows of the vector, then its columns.
    private Expr TileIndex(Read read, TileLayout layout, Scope scope)
    {
        if (read.Index[0] is not AxisIndex { Axis: var rows } || read.Index[1] is not AxisIndex { Axis: var columns })
            throw new LoweringException($"{read.Tensor.Name} lies in tiles, so it is read at axes only");
        var (start, row, height) = Tile(rows, layout, scope);
        var parts = scope[columns]?.Segment?.Parts ?? throw new LoweringException($"axis {columns.Name} is used outside its loops");
        Expr column = scope[columns]!.Variables[parts.Count - 1]!, width = parts[parts.Count - 1].Count;
        Expr before = Value(columns, scope, null, false) - column, within = before % layout.Columns, block = before - within;
        Expr all = Lower(read.Tensor.Dims[1].Size, scope), together = columns.Max % layout.Columns == 0 ? layout.Columns : Expr.Min(layout.Columns, all - block);
        return Affine.Simplify(block * Lower(read.Tensor.Dims[0].Size, scope) + start * Affine.Simplify(together) + within * height + row * width + column);
    }

    /// <summary>First row of the tile that an axis stands in, the row within it, and the rows it has.</summary>
    private (Expr Start, Expr Row, Expr Height) Tile(Axis axis, TileLayout layout, Scope scope)
    {
        var state = scope[axis];
        if (state?.Segment?.Parts is { Count: 2 } parts)
        {
            var within = state.Variables[1]!;
            return (Value(axis, scope, null, false) - within, within, parts[1].Count);
        }

        Expr begin = Lower(axis.Begin, scope), at = Affine.Simplify(Value(axis, scope, null, false) - begin), first = at / layout.Rows * layout.Rows;
        return (begin + first, at % layout.Rows, Expr.Min(layout.Rows, Lower(axis.Extent, scope) - first));
    }

    private Expr LocalIndex(Read read, Storage storage, Scope scope)
    {
        Expr index = Const.Zero;
        for (int i = 0; i < read.Index.Length; i++)
        {
            Expr at = read.Index[i];
            if (read.Tensor.Dims[i].Axis is not { } own) at = Lower(at, scope);
            else if (storage.Once.Contains(own)) at = Const.Zero;
            else if (at is AxisIndex a) at = Local(a.Axis, own, storage, scope);
            else if (storage.Opened[own]?.Segment is null) at = Lower(at, scope);
            else throw new LoweringException($"{read.Tensor.Name} is kept in parts along {own.Name}, so it is read at an axis only");
            index = index * storage.Sizes[i] + at;
        }

        return Affine.Simplify(index);
    }

    // Another axis may run over a dimension kept whole; what is kept in part is read along its own axis.
    private Expr Local(Axis axis, Axis own, Storage storage, Scope scope) =>
        axis == own ? Value(axis, scope, storage.Opened, storage.Staged)
        : storage.Opened[own]?.Segment is null ? Value(axis, scope, null, storage.Staged)
        : throw new LoweringException($"axis {axis.Name} reads what is kept in parts along {own.Name}");

    /// <summary>Position in a word of the axis whose lanes stride by words, when the read runs along such an axis (from the begin of a word on).</summary>
    private static int WordPosition(Read read, Scope scope)
    {
        int position = 0;
        bool Strides(Expr e)
        {
            if (e is not AxisIndex a || scope[a.Axis] is not { Segment.Parts: { Count: 4 } parts, Variables: var v } || parts[3].Stride <= 1 || v[2] is not Const sub) return false;
            position = (int)sub.Value;
            return true;
        }

        return read.Index.Any(index => Walk.Any(index, Strides)) ? position : 0;
    }
}
