using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using Buffer = DeepSeekCompiler.Generators.Loops.Buffer;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Router selection where lanes are threads: a group's experts lie across them, and the best is found by all at once. It chooses what
/// <see cref="RouterSelect"/> chooses.</summary>
internal sealed class RouterAcross
{
    private const double Out = -3e38;

    // Experts of a lane, which stay in registers.
    private const int MostParts = 16;

    private readonly MixtureOfExpertsSpec _spec;
    private readonly int _lanes;
    private readonly List<(int Group, int Start, int From, int To)> _parts = new();
    private readonly LoopBuilder _l = new();
    private readonly Buffer _choice;
    private int _names;

    private RouterAcross(MixtureOfExpertsSpec spec, int lanes)
    {
        (_spec, _lanes) = (spec, lanes);
        int groups = IsGrouped ? spec.NGroup : 1, size = spec.NRoutedExperts / groups;
        for (int g = 0; g < groups; g++)
        {
            // A part that ends with the last expert begins a lane's number before it, and leaves out what it has too many.
            for (int from = g * size; from < (g + 1) * size; from += lanes)
                _parts.Add((g, Math.Min(from, spec.NRoutedExperts - lanes), from, Math.Min(from + lanes, (g + 1) * size)));
        }

        _choice = new("choice", NumberFormat.F32, MemoryScope.Register, _parts.Count * lanes);
    }

    private bool IsGrouped => _spec.TopkMethod != TopkMethod.Greedy && _spec.NGroup > 1;

    /// <summary>Whether the experts fill the lanes of a target, which are threads.</summary>
    public static bool Fits(MixtureOfExpertsSpec spec, Machine target) =>
        target.SharesRows && target.Lanes > 1 && spec.NRoutedExperts >= target.Lanes && new RouterAcross(spec, target.Lanes)._parts.Count <= MostParts;

    public static LoweredKernel Define(string name, MixtureOfExpertsSpec spec, NumberFormat biasFormat, int lanes)
    {
        var kernel = RouterSelect.Kernel(name, spec, biasFormat);
        var a = Arguments.Of(kernel);
        var router = new RouterAcross(spec, lanes);
        router.Write(a, kernel.Scalars[0]);
        return Arguments.Kernel(kernel, a, kernel.Scalars[0], router._l.Body);
    }

    private void Write(Dictionary<string, Buffer> a, Var tokens)
    {
        int k = _spec.NumExpertsPerTok;
        var score = _l.Scratch("score", NumberFormat.F32, _spec.NRoutedExperts);
        var weight = _l.Scratch("weight", NumberFormat.F32, k);
        var sum = _l.Local("sum", NumberFormat.F32);
        _l.Open(_choice);
        _l.For("t", tokens, t =>
        {
            var scores = Scores(a["logits"], t);
            for (int i = 0; i < _parts.Count; i++)
            {
                _l.Store(score, _parts[i].Start, scores[i]);
                Expr value = a.TryGetValue("bias", out var bias) ? scores[i] + new Load(bias, _parts[i].Start, null, _lanes) : scores[i];
                Put(i, Valid(i) is { } valid ? new Select(valid, value, All(Out)) : value);
            }

            if (IsGrouped) KeepGroups();
            _l.Note("The k best, one after another; of equal ones the first.");
            _l.Store(sum, 0, 0.0);
            _l.For("k", k, j =>
            {
                var at = At(Most(_parts.Select((_, i) => Choice(i))), Enumerable.Range(0, _parts.Count));
                _l.Store(a["chosen"], t * k + j, at);
                _l.Store(weight, j, LoopBuilder.At(score, at));
                _l.Store(sum, 0, LoopBuilder.At(sum, 0) + LoopBuilder.At(score, at));
                for (int i = 0; i < _parts.Count; i++) Put(i, Without(i, at));
            });
            Expr factor = _spec.NormTopkProb && k > 1 ? _spec.EffectiveScale / (LoopBuilder.At(sum, 0) + 1e-20) : _spec.EffectiveScale;
            var scale = _l.Let("factor", factor);
            _l.For("w", k, j => _l.Store(a["routing"], t * k + j, LoopBuilder.At(weight, j) * scale));
        }, LoopKind.Parallel);
    }

    private List<Expr> Scores(Buffer logits, Var t)
    {
        var raw = _parts.Select(p => (Expr)Name("logit", new Load(logits, Affine.Simplify(t * _spec.NRoutedExperts + p.Start), null, _lanes))).ToList();
        if (_spec.ScoringFunc == ScoringFunc.Sigmoid) return raw.ConvertAll(x => (Expr)Name("score", All(1.0) / (All(1.0) + Expr.Exp(All(-1.0) * x))));
        var most = Most(raw);
        var powers = raw.ConvertAll(x => (Expr)Name("power", Expr.Exp(x - All(most))));
        var total = Name("total", new LaneReduce(ReduceOp.Sum, powers.Select((p, i) => Valid(i) is { } valid ? new Select(valid, p, All(0.0)) : p).Aggregate((x, y) => x + y)));
        return powers.ConvertAll(p => (Expr)Name("score", p / All(total)));
    }

    private void KeepGroups()
    {
        bool two = _spec.TopkMethod == TopkMethod.NoAuxTc;
        _l.Note(two ? "A group is worth its two best choices." : "A group is worth its best choice.");
        var worth = new List<Var>();
        foreach (var group in Enumerable.Range(0, _parts.Count).GroupBy(i => _parts[i].Group))
        {
            var best = Most(group.Select(Choice));
            if (!two)
            {
                worth.Add(best);
                continue;
            }

            var at = At(best, group);
            worth.Add(Name("worth", best + Most(group.Select(i => Without(i, at)))));
        }

        _l.Note("The experts of dropped groups are out; of equal groups the first is kept.");
        for (int g = 0; g < worth.Count; g++)
        {
            Expr better = Const.Zero;
            for (int other = 0; other < worth.Count; other++)
            {
                if (other != g) better += new Select(new Binary(other < g ? BinaryOp.LessEqual : BinaryOp.Less, worth[g], worth[other]), Const.One, Const.Zero);
            }

            var place = _l.Let("place" + Number(_names++), better);
            for (int i = 0; i < _parts.Count; i++)
            {
                if (_parts[i].Group == g) Put(i, new Select(new Binary(BinaryOp.Less, All(place), All(_spec.TopkGroup)), Choice(i), All(Out)));
            }
        }
    }

    // The largest number of all lanes.
    private Var Most(IEnumerable<Expr> values) => Name("best", new LaneReduce(ReduceOp.Max, values.Aggregate(Expr.Max)));

    // The first expert of the parts whose choice it is.
    private Var At(Var best, IEnumerable<int> parts)
    {
        Expr last = All(1 - _spec.NRoutedExperts);
        var places = parts.Select(i => (Expr)new Select(new Binary(BinaryOp.Equal, Choice(i), All(best)), All(0) - Expert(i), last));
        return Name("at", Const.Zero - new LaneReduce(ReduceOp.Max, places.Aggregate(Expr.Max)));
    }

    private Expr Without(int part, Var expert) => new Select(new Binary(BinaryOp.Equal, Expert(part), All(expert)), All(Out), Choice(part));

    private Expr Expert(int part) => new Ramp(_parts[part].Start, _lanes);

    private Expr? Valid(int part)
    {
        var (_, start, from, to) = _parts[part];
        Expr? begin = start < from ? new Binary(BinaryOp.LessEqual, All(from), Expert(part)) : null, end = to < start + _lanes ? new Binary(BinaryOp.Less, Expert(part), All(to)) : null;
        return begin is null ? end : end is null ? begin : new Binary(BinaryOp.And, begin, end);
    }

    private Load Choice(int part) => new(_choice, Const.Int(part * _lanes), null, _lanes);

    private void Put(int part, Expr value) => _l.Store(_choice, part * _lanes, value);

    private Expr All(Expr number) => new Broadcast(number, _lanes);

    private Var Name(string wish, Expr value) => _l.Let(wish + Number(_names++), value);

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
