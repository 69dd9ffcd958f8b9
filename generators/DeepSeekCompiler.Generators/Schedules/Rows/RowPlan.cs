using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Rows;

/// <summary>Stages that a group goes through a row with, every thread keeping its columns in registers: what a stage makes is read by later ones where it was made, and by no
/// other thread, but for sums along the row and magnitudes of blocks.</summary>
internal sealed class RowPlan
{
    // Terms of a sum over something else than columns that are written out.
    private const int MostTerms = 16;

    private readonly Axis _item;
    private readonly Dictionary<Read, RowStage> _known = new();
    private readonly Dictionary<Tensor, int> _columns = new();
    private readonly Dictionary<Tensor, int> _blocks = new();
    private readonly HashSet<Tensor> _made;
    private readonly HashSet<string> _read = new();
    private readonly HashSet<Read> _loads = new();
    private readonly List<RowStage> _stages = new();
    private bool _fits = true;

    private RowPlan(Axis item, IReadOnlyList<Stage> stages)
    {
        _item = item;
        _made = new(stages.Select(s => s.Target.Tensor));
        foreach (var stage in stages) Add(stage);
        foreach (var stage in _stages) _fits &= !IsRead(stage) || stage.Target.Tensor.Format is NumberFormat.F32 or NumberFormat.BF16;
        // A number that is read and written is so by the same thread.
        _fits &= _loads.All(load => !_made.Contains(load.Tensor) || _stages.All(s => s.Target.Tensor != load.Tensor || s.Target.Equals(load)));
    }

    /// <summary>The plan; null where a stage wants something else.</summary>
    public static RowPlan? Of(Axis item, IReadOnlyList<Stage> stages)
    {
        var plan = new RowPlan(item, stages);
        return plan._fits ? plan : null;
    }

    public Axis Item => _item;

    public IReadOnlyList<RowStage> Stages => _stages;

    /// <summary>Whether a later stage reads what a stage makes.</summary>
    public bool IsRead(RowStage stage) => _read.Contains(stage.Name);

    /// <summary>Numbers that are read from memory for every column.</summary>
    public int Loads => _loads.Count(load => load.Index.Any(i => Walk.Any(i, e => e is Var { Name: "column" })));

    /// <summary>The stage whose result a variable is.</summary>
    public RowStage? Maker(Expr e) => e is Var v ? _stages.Find(s => s.Name == v.Name) : null;

    private void Add(Stage stage)
    {
        var free = stage.Axes.Where(a => a != _item).ToList();
        if (stage.Axes.Count == free.Count || free.Count > 1 || free.Any(a => !a.IsStatic)) _fits = false;
        else if (stage is Map map) AddMap(map, free.Count == 0 ? null : free[0]);
        else if (stage is Reduce { Scale: null, Init: null, Over.Count: 1 } reduce) AddReduce(reduce, free.Count == 0 ? null : free[0]);
        else _fits = false;
    }

    private void AddMap(Map map, Axis? along)
    {
        var axes = Axes();
        if (along is null)
        {
            Put(map, RowStageKind.Row, map.Value, axes, 0);
            return;
        }

        int ofBlocks = 0;
        Walk.Any(map.Value, e => e is Read r && _blocks.TryGetValue(r.Tensor, out int n) && r.Index[r.Index.Length - 1] is AxisIndex a && a.Axis == along && (ofBlocks = n) > 0);
        if (ofBlocks > 0) Put(map, RowStageKind.Blocks, map.Value, axes.With(along, RowStage.BlockOf(ofBlocks)), ofBlocks);
        else Put(map, RowStageKind.Columns, map.Value, axes.With(along, RowStage.ColumnOf(along.Max)), along.Max);
    }

    private void AddReduce(Reduce reduce, Axis? along)
    {
        var over = reduce.Over[0];
        if (along is null && over.IsStatic && reduce.Op == ReduceOp.Sum)
        {
            Put(reduce, RowStageKind.Total, reduce.Value, Axes().With(over, RowStage.ColumnOf(over.Max)), over.Max);
            return;
        }

        if (along is not null && over.Max == FormatSpec.Block && reduce is { Op: ReduceOp.Max, Value: Unary { Op: UnaryOp.Abs, Operand: Read numbers } } && _columns.TryGetValue(numbers.Tensor, out int columns)
            && columns % 4 == 0 && IsBlock(numbers.Index[numbers.Index.Length - 1], along, over))
        {
            var index = (Expr[])numbers.Index.Clone();
            index[index.Length - 1] = RowStage.ColumnOf(columns);
            Put(reduce, RowStageKind.Most, numbers.Tensor[index], Axes().With(along, RowStage.BlockOf(columns)), columns);
            return;
        }

        if (along is not null && over.IsStatic && over.Max <= MostTerms && reduce.Op == ReduceOp.Sum)
        {
            var value = Term(reduce.Value, over, 0);
            for (int i = 1; i < over.Max; i++) value = Term(reduce.Value, over, i) is Binary { Op: BinaryOp.Mul } b ? new MulAdd(b.Left, b.Right, value) : value + Term(reduce.Value, over, i);
            Put(reduce, RowStageKind.Columns, value, Axes().With(along, RowStage.ColumnOf(along.Max)), along.Max);
            return;
        }

        _fits = false;
    }

    private static Expr Term(Expr value, Axis over, int i) => new Substitution().With(over, Const.Int(i)).In(value);

    // Column i of block g.
    private static bool IsBlock(Expr index, Axis block, Axis within)
    {
        Var g = new("g", ScalarKind.I32), i = new("i", ScalarKind.I32);
        var sum = Affine.Of(new Substitution().With(block, g).With(within, i).In(index));
        return sum is { Constant: 0, Terms.Count: 2 } && sum.FactorOf(g) == FormatSpec.Block && sum.FactorOf(i) == 1;
    }

    private void Put(Stage stage, RowStageKind kind, Expr value, Substitution axes, int columns)
    {
        var target = Simplified(axes.In(stage.Target));
        var lowered = Known(value, axes, columns);
        var made = new RowStage(char.ToLowerInvariant(stage.Name[0]) + stage.Name.Substring(1), kind, target, lowered, columns);
        _stages.Add(made);
        _known[target] = made;
        if (kind == RowStageKind.Columns) _columns[target.Tensor] = columns;
        if (kind is RowStageKind.Most or RowStageKind.Blocks) _blocks[target.Tensor] = columns;
    }

    private Substitution Axes() => new Substitution().With(_item, RowStage.Item);

    private Expr Known(Expr value, Substitution axes, int columns)
    {
        Expr Rewrite(Expr e)
        {
            if (e is not Read read) return e is AxisIndex ? axes.In(e) : Walk.Rebuild(e, Rewrite);
            var at = Simplified(axes.In(read));
            if (Find(at, columns) is { } stage)
            {
                _read.Add(stage.Name);
                return new Var(stage.Name, ScalarKind.F32);
            }

            _fits &= at.Tensor.Role != TensorRole.Temp || !_made.Contains(at.Tensor);
            _loads.Add(at);
            return at;
        }

        return Rewrite(value);
    }

    // Of a block's number, also the block that a column is in.
    private RowStage? Find(Read at, int columns)
    {
        if (_known.TryGetValue(at, out var stage)) return stage;
        if (columns == 0 || !_blocks.TryGetValue(at.Tensor, out int n) || n != columns) return null;
        var index = (Expr[])at.Index.Clone();
        if (!index[index.Length - 1].Equals(Affine.Simplify(RowStage.ColumnOf(columns) / FormatSpec.Block))) return null;
        index[index.Length - 1] = RowStage.BlockOf(columns);
        return _known.TryGetValue(at.Tensor[index], out stage) ? stage : null;
    }

    private static Read Simplified(Read read) => read.Tensor[[.. read.Index.Select(i => Affine.Simplify(i))]];
}
