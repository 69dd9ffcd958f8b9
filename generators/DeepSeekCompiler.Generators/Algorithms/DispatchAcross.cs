using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Dispatch where lanes are threads: the same slots as <see cref="Dispatch"/> gives. Pairs go in blocks of as many as a group has threads; a pair's slot is the first of its expert's,
/// and the expert's pairs of the blocks before, and those in front of it in its own block. Nothing depends on which group is sooner.</summary>
/// <remarks>Few pairs are one block, and one launch.</remarks>
internal sealed class DispatchAcross
{
    // Blocks whose counts are on their way at once, and numbers of shared memory.
    private const int Together = 16;
    private const int Near = 8;

    private readonly int _lanes;
    private readonly int _count;
    private readonly int _k;
    private readonly int _steps;
    private readonly Dictionary<string, Buffer> _arguments;
    private readonly Expr _pairs;
    private readonly Expr _blocks;
    private readonly Buffer _counts = new("counts", NumberFormat.I32, MemoryScope.Workspace);
    private readonly Buffer _ranks = new("ranks", NumberFormat.I32, MemoryScope.Workspace);
    private readonly Buffer _firsts = new("firsts", NumberFormat.I32, MemoryScope.Workspace);
    private readonly Expr _lane;

    private DispatchAcross(TensorKernel kernel, MixtureOfExpertsSpec e, int lanes)
    {
        (_lanes, _count, _k, _steps, _arguments) = (lanes, e.NRoutedExperts, e.NumExpertsPerTok, (e.NRoutedExperts + lanes - 1) / lanes, Arguments.Of(kernel));
        _pairs = kernel.Scalars[0] * _k;
        _blocks = (_pairs + (lanes - 1)) / lanes;
        _lane = new Ramp(Const.Zero, lanes);
    }

    /// <param name="name">Of the kernel.</param>
    /// <param name="e">The experts.</param>
    /// <param name="lanes">Threads of a group.</param>
    public static LoweredKernel Define(string name, MixtureOfExpertsSpec e, int lanes)
    {
        var kernel = Dispatch.Kernel(name, e);
        var d = new DispatchAcross(kernel, e, lanes);
        var few = new Binary(BinaryOp.LessEqual, d._pairs, lanes);
        List<LoopFunction> functions =
        [
            d.Function(kernel, "Few", new Select(few, Const.One, Const.Zero), d.Few),
            d.Function(kernel, "Count", new Select(few, Const.Zero, d._blocks), d.Count),
            d.Function(kernel, "Offsets", new Select(few, Const.Zero, Const.One), d.Offsets),
            d.Function(kernel, "Place", new Select(few, Const.Zero, d._blocks), d.Place),
        ];
        List<WorkspaceBuffer> workspace = [new(d._counts, d._blocks * (d._steps * lanes)), new(d._ranks, d._blocks * lanes), new(d._firsts, d._steps * lanes)];
        return new(kernel, new KernelSchedule("pairs in blocks, a thread a pair and then an expert", []), functions, workspace) { Threads = lanes };
    }

    private LoopFunction Function(TensorKernel kernel, string name, Expr items, System.Action<LoopBuilder, Var> body)
    {
        var l = new LoopBuilder();
        l.For("block", items, block => body(l, block), LoopKind.Parallel);
        var used = new List<Buffer>();
        BufferUse.Collect(l.Body, used);
        return new(kernel.Name + name, kernel.Scalars, used, items, l.Body);
    }

    private void Few(LoopBuilder l, Var block)
    {
        var (own, total, first) = (l.Scratch("own", NumberFormat.I32, _lanes), l.Scratch("total", NumberFormat.I32, _steps * _lanes), l.Scratch("first", NumberFormat.I32, _steps * _lanes));
        var (mine, rank, counts) = Counted(l, block, own);
        for (int s = 0; s < _steps; s++) l.Store(total, s * _lanes, counts[s]);
        List(l, total, first);
        Slots(l, block, mine, rank, first);
    }

    private void Count(LoopBuilder l, Var block)
    {
        var (_, rank, counts) = Counted(l, block, l.Scratch("own", NumberFormat.I32, _lanes));
        l.Store(_ranks, block * _lanes, rank);
        for (int s = 0; s < _steps; s++) l.Store(_counts, block * (_steps * _lanes) + s * _lanes, counts[s]);
    }

    private void Offsets(LoopBuilder l, Var block)
    {
        var total = l.Scratch("total", NumberFormat.I32, _steps * _lanes);
        var sums = Before(l, _blocks);
        for (int s = 0; s < _steps; s++) l.Store(total, s * _lanes, sums[s]);
        List(l, total, _firsts);
    }

    private void Place(LoopBuilder l, Var block)
    {
        var first = l.Scratch("first", NumberFormat.I32, _steps * _lanes);
        var mine = l.Let("mine", Mine(block));
        var rank = l.Let("rank", new Load(_ranks, block * _lanes, null, _lanes));
        var sums = Before(l, block);
        for (int s = 0; s < _steps; s++) l.Store(first, s * _lanes, sums[s] + new Load(_firsts, s * _lanes, null, _lanes));
        Slots(l, block, mine, rank, first);
    }

    // ---- pieces -----------------------------------------------------------------------------------------------------

    private Expr Pair(Var block) => All(block * _lanes) + _lane;

    private Expr Mine(Var block)
    {
        var chosen = new Load(_arguments["chosen"], Expr.Min(Pair(block), All(_pairs - 1)), null, _lanes);
        return new Select(new Binary(BinaryOp.Less, Pair(block), All(_pairs)), chosen, All(-1));
    }

    // A thread's pair: how many of its expert's stand in front of it in the block; a thread's experts: how many pairs they have there.
    private (Var Mine, Expr Rank, List<Expr> Counts) Counted(LoopBuilder l, Var block, Buffer own)
    {
        var mine = l.Let("mine", Mine(block));
        l.Store(own, 0, mine);
        l.Barrier();
        var rank = Zero(l, "rank");
        var counts = Enumerable.Range(0, _steps).Select(s => Zero(l, "count" + Number(s))).ToList();
        Each(l, "q", Expr.Min(_lanes, _pairs - block * _lanes), own, (q, number) =>
        {
            Expr other = All(number);
            Add(l, rank, new Binary(BinaryOp.And, new Binary(BinaryOp.Equal, other, mine), new Binary(BinaryOp.Less, All(q), _lane)), All(1));
            for (int s = 0; s < _steps; s++) Add(l, counts[s], new Binary(BinaryOp.Equal, other, Expert(s)), All(1));
        });
        return (mine, Of(rank), counts.ConvertAll(Of));
    }

    // What a thread's experts have in the blocks before one.
    private List<Expr> Before(LoopBuilder l, Expr end)
    {
        var sums = Enumerable.Range(0, _steps).Select(s => Zero(l, "before" + Number(s))).ToList();
        Load CountOf(Expr block, int step) => new(_counts, block * (_steps * _lanes) + step * _lanes, null, _lanes);
        l.For("some", end / Together, some =>
        {
            for (int s = 0; s < _steps; s++) l.Store(sums[s], 0, Enumerable.Range(0, Together).Aggregate(Of(sums[s]), (sum, i) => sum + CountOf(some * Together + i, s)));
        });
        l.For("rest", end % Together, rest =>
        {
            for (int s = 0; s < _steps; s++) l.Store(sums[s], 0, Of(sums[s]) + CountOf(end / Together * Together + rest, s));
        });
        return sums.ConvertAll(Of);
    }

    // The list of experts that have any, and every expert's first slot.
    private void List(LoopBuilder l, Buffer total, Buffer first)
    {
        var a = _arguments;
        var active = l.Local("listed", NumberFormat.I32);
        var before = Enumerable.Range(0, _steps).Select(s => Zero(l, "start" + Number(s))).ToList();
        var listed = Enumerable.Range(0, _steps).Select(s => Zero(l, "place" + Number(s))).ToList();
        l.Store(active, 0, 0);
        l.Barrier();
        Each(l, "f", _count, total, (f, number) =>
        {
            Expr any = new Select(new Binary(BinaryOp.Less, 0, number), Const.One, Const.Zero);
            l.Store(active, 0, LoopBuilder.At(active, 0) + any);
            for (int s = 0; s < _steps; s++)
            {
                var inFront = new Binary(BinaryOp.Less, All(f), Expert(s));
                Add(l, before[s], inFront, All(number));
                Add(l, listed[s], inFront, All(any));
            }
        });
        for (int s = 0; s < _steps; s++)
        {
            l.Barrier();
            l.Store(first, s * _lanes, Of(before[s]));
            l.If(new Binary(BinaryOp.Less, All(0), new Load(total, s * _lanes, null, _lanes)), () =>
            {
                l.Store(a["expert"], Of(listed[s]), Expert(s));
                l.Store(a["offset"], Of(listed[s]), Of(before[s]));
            });
        }

        l.Note("Behind the list stand experts without slots: a device launches for as many as there could be.");
        for (int s = 0; s < _steps; s++)
        {
            l.Barrier();
            l.If(new Binary(BinaryOp.And, new Binary(BinaryOp.LessEqual, All(LoopBuilder.At(active, 0)), Expert(s)), new Binary(BinaryOp.Less, Expert(s), All(Expr.Min(_pairs, _count)))), () =>
            {
                l.Store(a["expert"], Expert(s), All(0));
                l.Store(a["offset"], Expert(s) + All(1), All(_pairs));
            });
        }

        l.Barrier();
        l.Store(a["offset"], LoopBuilder.At(active, 0), _pairs);
        l.Store(a["active"], 0, LoopBuilder.At(active, 0));
    }

    private void Slots(LoopBuilder l, Var block, Var mine, Expr rank, Buffer first)
    {
        l.Barrier();
        l.If(new Binary(BinaryOp.Less, Pair(block), All(_pairs)), () =>
        {
            var slot = l.Let("at", new Load(first, mine, null, _lanes) + rank);
            l.Store(_arguments["slot"], Pair(block), slot);
            l.Store(_arguments["slotToken"], slot, Pair(block) / All(_k));
        });
    }

    // The numbers of a buffer, one after the other, read some at a time.
    private static void Each(LoopBuilder l, string name, Expr end, Buffer numbers, System.Action<Expr, Expr> body)
    {
        l.For(name, end / Near, some =>
        {
            var read = Enumerable.Range(0, Near).Select(i => l.Let(name + "Number" + Number(i), LoopBuilder.At(numbers, some * Near + i))).ToList();
            for (int i = 0; i < Near; i++) body(some * Near + i, read[i]);
        });
        l.For(name, end % Near, rest => body(end / Near * Near + rest, LoopBuilder.At(numbers, end / Near * Near + rest)));
    }

    private Buffer Zero(LoopBuilder l, string name)
    {
        var buffer = new Buffer(name, NumberFormat.I32, MemoryScope.Register, _lanes);
        l.Open(buffer);
        l.Store(buffer, 0, All(0));
        return buffer;
    }

    private void Add(LoopBuilder l, Buffer sum, Expr condition, Expr number) => l.Store(sum, 0, Of(sum) + new Select(condition, number, All(0)));

    private Expr Of(Buffer register) => new Load(register, Const.Zero, null, _lanes);

    private Expr Expert(int step) => new Ramp(step * _lanes, _lanes);

    private Expr All(Expr number) => new Broadcast(number, _lanes);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
