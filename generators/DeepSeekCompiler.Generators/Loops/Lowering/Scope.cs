using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>What is known at one place of the loop nest: bound axes, open temporaries, running sums. Immutable.</summary>
internal sealed class Scope
{
    private readonly Dictionary<Axis, AxisState> _axes;
    private readonly Dictionary<Tensor, Storage> _storages;
    private readonly Dictionary<Stage, Accumulator> _sums;

    public Scope()
        : this(new(), new(), new())
    {
    }

    private Scope(Dictionary<Axis, AxisState> axes, Dictionary<Tensor, Storage> storages, Dictionary<Stage, Accumulator> sums)
    {
        _axes = axes;
        _storages = storages;
        _sums = sums;
    }

    public AxisState? this[Axis axis] => _axes.TryGetValue(axis, out var state) ? state : null;

    public Storage? this[Tensor tensor] => _storages.TryGetValue(tensor, out var storage) ? storage : null;

    /// <summary>The innermost accumulator: that of the block, where a scale is applied by blocks.</summary>
    public Accumulator? this[Stage stage] => _sums.TryGetValue(stage, out var sum) ? sum : null;

    public Scope With(Axis axis, AxisState state) => new(new(_axes) { [axis] = state }, _storages, _sums);

    public Scope With(Tensor tensor, Storage storage) => new(_axes, new(_storages) { [tensor] = storage }, _sums);

    /// <summary>The scope in which a stage's loops from a depth on stand at their start.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="depth">From where on.</param>
    /// <param name="all">Also the loops over axes of which nothing is bound.</param>
    public Scope AtStart(StageSchedule stage, int depth, bool all = false)
    {
        var scope = this;
        for (int i = depth; i < stage.Order.Count; i++)
        {
            var loop = stage.Order[i];
            if (scope[loop.Axis] is { Segment: not null } state && loop.Part < state.Variables.Length && state.Variables[loop.Part] is null)
                scope = scope.With(loop.Axis, state.With(loop.Part, Const.Zero));
            else if (all && scope[loop.Axis] is null)
                scope = scope.With(loop.Axis, new AxisState(Split.Whole(loop.Axis), Split.Whole(loop.Axis).Segments[0], [Const.Zero]));
        }

        return scope;
    }

    /// <summary>The scope in which the loops over an axis that are not open stand at their start.</summary>
    public Scope AtStart(Axis axis)
    {
        if (this[axis] is not { Segment: not null } state) return With(axis, new AxisState(Split.Whole(axis), Split.Whole(axis).Segments[0], [Const.Zero]));
        for (int i = 0; i < state.Variables.Length; i++)
        {
            if (state.Variables[i] is null) state = state.With(i, Const.Zero);
        }

        return With(axis, state);
    }

    public Scope With(Stage stage, Accumulator sum) => new(_axes, _storages, new(_sums) { [stage] = sum });
}
