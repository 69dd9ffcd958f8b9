using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Kernels;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>All kernels that a model needs, by name, in the order of the forward pass.</summary>
public sealed partial class KernelSet
{
    // Threads of a group that sorts pairs: every device's groups may have as many.
    private const int DispatchThreads = 256;

    private readonly List<ModelKernel> _kernels = new();

    private readonly ScheduleTuning _tuning;

    private readonly bool _splitActivations;

    private KernelSet(ScheduleTuning tuning, bool splitActivations = false) => (_tuning, _splitActivations) = (tuning, splitActivations);

    public IReadOnlyList<ModelKernel> Kernels => _kernels;

    /// <summary>The kernels that the forward pass has on a target.</summary>
    public IEnumerable<ModelKernel> On(Machine target) => _kernels.Where(kernel => target is not DeviceTarget || !kernel.HostOnly);

    /// <param name="spec">The model.</param>
    /// <param name="tuning">Measured choices; null for the compiler's own.</param>
    public static KernelSet Of(ModelSpec spec, ScheduleTuning? tuning = null)
    {
        var set = new KernelSet(tuning ?? ScheduleTuning.None, spec.Formats.SplitActivations);
        var f = spec.Formats;
        var block = ((NumberFormat, double)?)(f.Other, spec.RmsNormEps);
        bool quantize = f.Linear == NumberFormat.E4M3 && f.Fp8 == Fp8Policy.Full;
        RowSource Normed() => new(spec.HiddenSize, block, quantize);
        set.Point("Embed", n => Embedding.Define(n, spec.VocabSize, spec.HiddenSize, f.Other));
        set.AddAttention(spec, quantize);
        if (HasDense(spec))
        {
            set.Matrix("DenseGateUp", (n, form) => GateUp.Define(n, "Feed-forward block: gate and up projection of the normalised input, h = silu(gate) * up.", form, Normed(), spec.IntermediateSize, f.Linear));
            set.Matrix("DenseDown", (n, form) => Linear.Define(n, "Feed-forward block: down projection, added to the residual stream.", form, new(spec.IntermediateSize, null, quantize), spec.HiddenSize, f.Linear, true));
        }

        if (spec.Experts is { } e) set.AddExperts(spec, e, quantize);
        set.Point("FinalNorm", n => RmsNorm.Define(n, "Final norm; the head and the MTP module read its result.", spec.HiddenSize, f.Other, spec.RmsNormEps));
        set.Matrix("Head", (n, form) => Linear.Define(n, "Head: logits of every token of the vocabulary.", form, new(spec.HiddenSize, null, false), spec.VocabSize, f.Head, false));
        if (spec.NumNextnPredictLayers > 0)
        {
            set.Point("MtpInput", n => Algorithms.MtpInput.Define(n, spec.VocabSize, spec.HiddenSize, f.Other, spec.RmsNormEps));
            set.Matrix("MtpProjection", (n, form) => Linear.Define(n, "Projection of the MTP module's input to the width of the residual stream.", form, new(2 * spec.HiddenSize, null, false), spec.HiddenSize, f.Other, false));
        }

        return set;
    }

    /// <summary>Whether any block is dense.</summary>
    public static bool HasDense(ModelSpec spec)
    {
        for (int layer = 0; layer < spec.NumHiddenLayers + spec.NumNextnPredictLayers; layer++)
        {
            if (!spec.IsExpertLayer(layer)) return true;
        }

        return false;
    }

    private void AddAttention(ModelSpec spec, bool quantize)
    {
        var f = spec.Formats;
        var shape = AttentionShape.Of(spec.Attention, spec.Rope, f.Cache);
        var normed = new RowSource(spec.HiddenSize, (f.Other, spec.RmsNormEps), quantize);
        var latent = spec.Attention as LatentAttentionSpec;
        if (latent is not null)
        {
            Matrix("LatentDown", (n, form) => LatentDown.Define(n, form, normed, latent, f.Linear, f.Other, f.Cache));
            if (latent.QLoraRank > 0)
                Matrix("QueryUp", (n, form) => QueryUp.Define(n, form, new(latent.QLoraRank, (f.Other, latent.LatentNormEps), quantize), latent, f.Linear));
        }
        else
        {
            var grouped = (GroupedQueryAttentionSpec)spec.Attention;
            Matrix("QueryKeyValue", (n, form) => QueryKeyValue.Define(n, form, normed, grouped, f.Linear, f.Cache));
        }

        AttentionDecode Decode(Machine t) => AttentionDecode.Define("AttentionDecode", shape, latent, f.Linear, t.PacksPanels && DecodeAcross.Fits(shape), AbsorbTile.Fits(shape, latent, f.Linear, t));
        Add("AttentionDecode", t =>
        {
            var fitting = Decode(t);
            return KernelLowering.Lower(fitting.Kernel, AttentionDecodeSchedule.Of(fitting, t, f.Linear));
        }, t => AttentionDecodeSchedule.Form(Decode(t), latent, t));
        var prefill = new PrefillAttention("AttentionPrefill", shape, latent, f.Linear);
        Add("AttentionPrefill", prefill.Lower, prefill.Form);
        int width = spec.Attention.NumAttentionHeads * spec.Attention.ValueDim;
        Matrix("AttentionOut", (n, form) => Linear.Define(n, "Output projection of attention, added to the residual stream.", form, new(width, null, quantize), spec.HiddenSize, f.Linear, true));
    }

    private void AddExperts(ModelSpec spec, MixtureOfExpertsSpec e, bool quantize)
    {
        var f = spec.Formats;
        int hidden = spec.HiddenSize;
        Point("ExpertNorm", n => RmsNorm.Define(n, "Norm in front of the experts; router, routed and shared experts read its result.", hidden, f.Other, spec.RmsNormEps));
        Matrix("RouterScores", (n, form) => Linear.Define(n, "Router logits of every expert, accumulated in float32.", form, new(hidden, null, false), e.NRoutedExperts, f.Other, false), exact: true);
        Add("RouterSelect", t => RouterAcross.Fits(e, t) ? RouterAcross.Define("RouterSelect", e, f.Bias, t.Lanes) : RouterSelect.Define("RouterSelect", e, f.Bias));
        Add("Dispatch", t => t.SharesRows && t.Lanes > 1 ? DispatchAcross.Define("Dispatch", e, DispatchThreads) : Algorithms.Dispatch.Define("Dispatch", e));
        foreach (var form in new[] { MatrixForm.Streaming, MatrixForm.Panel })
        {
            ExpertGateUp GateUp(MatrixForm f0) => ExpertGateUp.Define("ExpertGateUp" + Suffix(form), f0, hidden, e, f.Linear, quantize);
            Add("ExpertGateUp" + Suffix(form), form, GateUp, a => [a.Gate], (a, t) => KernelLowering.Lower(a.Kernel, ExpertSchedule.Of(a, t)), a => Few(a.Slots, e));
        }

        ExpertDownCombine DownCombine(MatrixForm form) => ExpertDownCombine.Define("ExpertDownCombine", hidden, form, e, f.Linear, quantize);
        MatrixForm DownCombineOn(Machine t) => On(MatrixForm.Streaming, t, form => [DownCombine(form).Product!]);
        Add("ExpertDownCombine", t =>
        {
            var algorithm = DownCombine(DownCombineOn(t));
            return KernelLowering.Lower(algorithm.Kernel, ExpertSchedule.Of(algorithm, t));
        }, t => ProductForms.Of(KernelWeights.Of([DownCombine(DownCombineOn(t)).Weight]), [], DownCombineOn(t), t));
        Add("ExpertDownDecode", MatrixForm.Streaming, form => ExpertLinear.Down("ExpertDownDecode", form, hidden, e, f.Linear, quantize), a => [a.Product],
            (a, t) => KernelLowering.Lower(a.Kernel, ExpertSchedule.Of(a, t)));
        _kernels[^1] = _kernels[^1] with { HostOnly = true };
        Add("ExpertDown", MatrixForm.Panel, form => ExpertLinear.Down("ExpertDown", form, hidden, e, f.Linear, quantize), a => [a.Product],
            (a, t) => KernelLowering.Lower(a.Kernel, ExpertSchedule.Of(a, t)), a => Few(a.Slots, e));
        var combine = Algorithms.Combine.Define("Combine", hidden, e.NumExpertsPerTok);
        Add("Combine", t => KernelLowering.Lower(combine.Kernel, ExpertSchedule.Combine(combine.Token, combine.Column, combine.Choice, combine.Sum, combine.Store, t)));
        if (e.NSharedExperts == 0) return;
        int width = e.MoeIntermediateSize * e.NSharedExperts;
        Matrix("SharedGateUp", (n, form) => GateUp.Define(n, "Shared experts: gate and up projection, h = silu(gate) * up.", form, new(hidden, null, quantize), width, f.Linear));
        Matrix("SharedDown", (n, form) => Linear.Define(n, "Shared experts: down projection, added to the residual stream.", form, new(width, null, quantize), hidden, f.Linear, true));
    }

    // Whether experts have too few rows on average to decode and transpose their weights for: below about so many, it costs more than multiplying in pairs saves (measured).
    private static Expr Few(Expr slots, MixtureOfExpertsSpec e) => new Binary(BinaryOp.Less, slots, 16 * e.NRoutedExperts);

    // What stands in for a form where there are no matrix instructions. An expert has few of the tokens, too few to decode and transpose its weights for.
    private static MatrixForm Plain(MatrixForm form, Machine target, bool expert = false) => form switch
    {
        MatrixForm.Panel when target.PacksPanels => expert ? MatrixForm.Tiled : MatrixForm.Packed,
        MatrixForm.Panel when target.Lanes == 1 => MatrixForm.PanelAcross,
        MatrixForm.Streaming when !target.PacksPanels => MatrixForm.DeviceStreaming,
        _ => form,
    };

    private static string Suffix(MatrixForm form) => form == MatrixForm.Streaming ? "Decode" : "Prefill";

    private void Matrix(string name, Func<string, MatrixForm, MatrixAlgorithm> define, bool exact = false)
    {
        foreach (var form in new[] { MatrixForm.Streaming, MatrixForm.Panel })
        {
            string full = name + Suffix(form);
            Add(full, form, f => define(full, f), a => a.Products, (a, t) => KernelLowering.Lower(a.Kernel, MatrixSchedule.Of(a, t)), exact: exact);
        }
    }

    /// <summary>A kernel of products: in the first of the forms that stand in for the given one on the target that fits it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="form">What it is for.</param>
    /// <param name="define">Its definition in a form.</param>
    /// <param name="products">The products of that.</param>
    /// <param name="lower">Lowers it.</param>
    /// <param name="few">For experts, when they have few rows.</param>
    /// <param name="exact">Its sums are compared with each other, so that rounding decides.</param>
    private void Add<T>(string name, MatrixForm form, Func<MatrixForm, T> define, Func<T, IReadOnlyList<Product>> products, Func<T, Machine, LoweredKernel> lower, Func<T, Expr>? few = null, bool exact = false)
    {
        MatrixForm Fitting(Machine t) => On(form, t, other => products(define(other)), few is not null, exact);
        LoweredKernel Lowered(Machine t)
        {
            var fitting = Fitting(t);
            var algorithm = define(fitting);
            return few is not null && fitting == MatrixForm.PackedFixed ? WithFew(lower(algorithm, t), few(algorithm), lower(define(MatrixForm.Tiled), t with { Choice = KernelChoice.Default })) : lower(algorithm, t);
        }

        Add(name, Lowered, t =>
        {
            var all = products(define(Fitting(t)));
            return ProductForms.Of(KernelWeights.Of(all), all, Fitting(t), t);
        });
    }

    private static LoweredKernel WithFew(LoweredKernel many, Expr when, LoweredKernel few) =>
        many with { Few = (when, few), Schedule = many.Schedule with { Name = $"{many.Schedule.Name}; of few slots an expert {few.Schedule.Name}" } };

    // The first of the forms with matrix instructions that fits the products it would have, or what stands in for it without.
    private static MatrixForm On(MatrixForm form, Machine target, Func<MatrixForm, IReadOnlyList<Product>> products, bool expert = false, bool exact = false)
    {
        foreach (var other in Tensorize.Forms(form, target))
        {
            if (Tensorize.Fits(products(other), other)) return other;
        }

        var plain = Plain(form, target, expert);
        bool packs = plain is MatrixForm.Packed or MatrixForm.Tiled;
        return packs && !exact && !target.SplitsActivations && products(MatrixForm.Packed).All(FixedPoint.Fits) ? MatrixForm.PackedFixed : plain;
    }

    private void Point(string name, Func<string, PointAlgorithm> define)
    {
        var algorithm = define(name);
        Add(name, t => KernelLowering.Lower(algorithm.Kernel, PointSchedule.Kernel(algorithm.Kernel.Stages, algorithm.Item, t)));
    }

    // What the model says about activations is a property of the machine that its products are lowered for.
    private void Add(string name, Func<Machine, LoweredKernel> lower, Func<Machine, TuningForm>? form = null)
    {
        if (!_splitActivations) AddFor(name, lower, form);
        else AddFor(name, t => lower(Splits(t)), form is null ? null : t => form(Splits(t)));

        static Machine Splits(Machine target) => target with { SplitsActivations = true };
    }

    private void AddFor(string name, Func<Machine, LoweredKernel> lower, Func<Machine, TuningForm>? form) =>
        _kernels.Add(form is null || !_tuning.Names(name) ? new(name, lower) { Form = form }
            : new(name, t => Choice(name, form, t) is { } choice ? Lower(lower, t, choice) : lower(t)) { Form = form, Choice = t => Choice(name, form, t) });

    // A choice that does not fit is an error where the file is read, and ignored here.
    private KernelChoice? Choice(string name, Func<Machine, TuningForm> form, Machine target)
    {
        var open = form(target);
        return _tuning.Find(target.TuningTarget, name, open.Shape) is { } choice && TuningRules.Problem(choice, name, open) is null ? choice : null;
    }

    private static LoweredKernel Lower(Func<Machine, LoweredKernel> lower, Machine target, KernelChoice choice)
    {
        if (choice.Threads is { } threads) target = ((DeviceTarget)target).Of(threads);
        var lowered = lower(target with { Choice = choice });
        return lowered with { Schedule = lowered.Schedule with { Name = $"{lowered.Schedule.Name}; by the tuning file {choice}" }, Threads = choice.Threads ?? 0 };
    }
}
