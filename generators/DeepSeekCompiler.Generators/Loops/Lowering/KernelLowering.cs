using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Verification;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Lowers a scheduled kernel: one loop function a phase, memory between phases in the workspace.</summary>
public static class KernelLowering
{
    /// <summary>Loop functions as they are printed: passed and verified.</summary>
    public static LoweredKernel Lower(TensorKernel kernel, KernelSchedule schedule)
    {
        var lowered = BeforePasses(kernel, schedule);
        var functions = new List<LoopFunction>();
        foreach (var function in lowered.Functions) functions.Add(Finish(function));
        return lowered with { Functions = functions };
    }

    /// <summary>Loop functions as the schedule says, in front of the first pass.</summary>
    public static LoweredKernel BeforePasses(TensorKernel kernel, KernelSchedule schedule)
    {
        var arguments = new Dictionary<Tensor, Buffer>();
        var workspace = new List<WorkspaceBuffer>();
        var crossing = Crossing(schedule);
        foreach (var tensor in kernel.Tensors)
        {
            if (tensor.Role != TensorRole.Temp)
                arguments[tensor] = new Buffer(tensor.Name, tensor.Format, MemoryScope.Argument, 0, tensor.IsTable);
            else if (crossing.Contains(tensor))
                workspace.Add(Open(tensor, arguments));
        }

        var staged = new HashSet<Tensor>(schedule.Phases.SelectMany(StagesOf).Where(s => s.Staged).Select(s => s.Stage.Target.Tensor));
        var functions = new List<LoopFunction>();
        foreach (var phase in schedule.Phases)
        {
            if (phase.Tile is { } tile)
            {
                functions.Add(TensorFunction.Of(kernel.Name + phase.Name, kernel.Scalars, arguments, tile));
                continue;
            }

            if (phase.Attention is { } attention)
            {
                functions.Add(AttentionFunction.Of(kernel.Name + phase.Name, kernel.Scalars, arguments, attention));
                continue;
            }

            if (phase.Flash is { } flash)
            {
                functions.Add(FlashFunction.Of(kernel.Name + phase.Name, kernel.Scalars, arguments, flash));
                continue;
            }

            if (phase.Row is { } row)
            {
                functions.Add(RowFunction.Of(kernel.Name + phase.Name, kernel.Scalars, arguments, row));
                continue;
            }

            var used = new List<Buffer>();
            var function = new PhaseLowering(kernel, phase, arguments, schedule.Layouts, staged).Lower(used);
            BufferUse.Collect(function.Body, used);
            BufferUse.Collect(function.Items, used);
            functions.Add(function with { Scalars = BufferUse.Scalars(function, kernel.Scalars), Coarse = phase.Coarse });
        }

        return new LoweredKernel(kernel, schedule, functions, workspace);
    }

    private static LoopFunction Finish(LoopFunction function)
    {
        if (function is TensorFunction or AttentionFunction or FlashFunction or RowFunction) return function;
        function = Passes.Pipeline.Run(function);
        var problems = LoopVerifier.Check(function);
        return problems.Count == 0 ? function : throw new LoweringException(problems[0]);
    }

    private static WorkspaceBuffer Open(Tensor tensor, Dictionary<Tensor, Buffer> arguments)
    {
        Expr length = Const.One;
        foreach (var dim in tensor.Dims) length *= dim.Size;
        var buffer = new Buffer(tensor.Name, tensor.Format, MemoryScope.Workspace);
        arguments[tensor] = buffer;
        return new WorkspaceBuffer(buffer, Affine.Simplify(length));
    }

    /// <summary>Temporaries that one phase writes and another reads.</summary>
    private static HashSet<Tensor> Crossing(KernelSchedule schedule)
    {
        var home = new Dictionary<Tensor, Phase>();
        var crossing = new HashSet<Tensor>();
        foreach (var phase in schedule.Phases)
        {
            foreach (var stage in StagesOf(phase))
            {
                foreach (var tensor in TensorUse.Of(stage.Stage))
                {
                    if (!home.TryGetValue(tensor, out var first)) home[tensor] = phase;
                    else if (first != phase) crossing.Add(tensor);
                    if (stage.Scope == MemoryScope.Workspace && tensor == stage.Stage.Target.Tensor) crossing.Add(tensor);
                }
            }
        }

        return crossing;
    }

    private static IEnumerable<StageSchedule> StagesOf(Phase phase)
    {
        foreach (var stage in phase.Prologue) yield return stage;
        foreach (var branch in phase.Branches)
        {
            foreach (var stage in branch) yield return stage;
        }
    }
}
