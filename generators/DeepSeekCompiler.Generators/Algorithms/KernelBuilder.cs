using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Collects the parts of a kernel as an algorithm is written down.</summary>
internal sealed class KernelBuilder(string name, string summary)
{
    private readonly List<Var> _scalars = new();
    private readonly List<Tensor> _tensors = new();
    private readonly List<Stage> _stages = new();
    private readonly List<Axis> _folds = new();
    private (Var Counter, Expr Launches)? _repeat;

    public string Name { get; } = name;

    public CostBuilder Cost { get; } = new();

    public Var Scalar(string scalar, int bound = 0)
    {
        var variable = new Var(scalar, ScalarKind.I32, bound);
        _scalars.Add(variable);
        return variable;
    }

    /// <summary>A parameter that counts the launches which the kernel takes.</summary>
    /// <param name="scalar">Its name.</param>
    /// <param name="launches">How many there are.</param>
    public Var Repeat(string scalar, Expr launches)
    {
        var variable = Scalar(scalar);
        _repeat = (variable, launches);
        return variable;
    }

    public Tensor Input(string tensor, NumberFormat format, params Dim[] dims) => Add(new Tensor(tensor, format, TensorRole.Input, dims));

    public Tensor Output(string tensor, NumberFormat format, params Dim[] dims) => Add(new Tensor(tensor, format, TensorRole.Output, dims));

    public Tensor InOut(string tensor, NumberFormat format, params Dim[] dims) => Add(new Tensor(tensor, format, TensorRole.InOut, dims));

    public Tensor Temp(string tensor, params Dim[] dims) => Temp(tensor, NumberFormat.F32, dims);

    public Tensor Temp(string tensor, NumberFormat format, params Dim[] dims) => Add(new Tensor(tensor, format, TensorRole.Temp, dims));

    public Tensor Table(string tensor, NumberFormat format, TensorRole role, params Dim[] dims) => Add(new Tensor(tensor, format, role, dims) { IsTable = true });

    /// <summary>A table that shares its pointers with others: its numbers begin <paramref name="offset"/> behind them, entries are <paramref name="pitch"/> numbers apart.</summary>
    public Tensor Plane(string tensor, NumberFormat format, TensorRole role, int offset, int pitch, params Dim[] dims) =>
        Add(new Tensor(tensor, format, role, dims) { IsTable = true, Offset = offset, Pitch = pitch });

    /// <summary>Weights of later kernels, in pieces: see <see cref="TensorRole.Ahead"/>.</summary>
    public Tensor Ahead(string tensor) => Table(tensor, NumberFormat.E4M3, TensorRole.Ahead, Limits.AheadPieces, Limits.AheadBytes);

    public Map Map(string stage, Read target, Expr value, params Axis[] axes)
    {
        var map = new Map(stage, target, value, axes);
        _stages.Add(map);
        return map;
    }

    public Reduce Sum(string stage, Read target, Expr value, Axis[] axes, Axis[] over, Expr? scale = null, Expr? init = null) =>
        Add(new Reduce(stage, target, ReduceOp.Sum, value, scale, init, axes, over));

    public Reduce Max(string stage, Read target, Expr value, Axis[] axes, params Axis[] over) =>
        Add(new Reduce(stage, target, ReduceOp.Max, value, null, null, axes, over));

    /// <summary>The largest magnitude; no number where one of them is none.</summary>
    public Reduce Largest(string stage, Read target, Expr value, Axis[] axes, params Axis[] over) =>
        Add(new Reduce(stage, target, ReduceOp.Largest, value, null, null, axes, over));

    public Axis Fold(Axis axis)
    {
        _folds.Add(axis);
        return axis;
    }

    public TensorKernel Build() => new(Name, summary, _scalars, _tensors, _stages) { Folds = _folds, Repeat = _repeat, Cost = Cost.Cost };

    private Tensor Add(Tensor tensor)
    {
        _tensors.Add(tensor);
        return tensor;
    }

    private Reduce Add(Reduce reduce)
    {
        _stages.Add(reduce);
        return reduce;
    }
}
