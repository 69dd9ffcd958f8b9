using System;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Kernels;
using DeepSeekCompiler.Generators.Schedules.Kernels.Training;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>The kernels of a training pass: forward kernels on float32 weights, and backward kernels.</summary>
public sealed partial class KernelSet
{
    // Embedding, head, routers, the MTP module's projection, norms and attention stay in float32 (DeepSeek-V3 report, section 3.3.1; eh_proj as in the published FP8 checkpoint).
    private TrainingPrecision _precision;

    /// <summary>All kernels of the training pass of a model, by name.</summary>
    public static KernelSet OfTraining(ModelSpec spec)
    {
        var set = new KernelSet(Schedules.Tuning.ScheduleTuning.None);
        int d = spec.HiddenSize;
        set._precision = spec.Precision;
        set.Point("Embed", n => Embedding.Define(n, spec.VocabSize, d, NumberFormat.F32));
        set.Columns("EmbedBackward", n => EmbeddingBackward.Define(n, spec.VocabSize, d));
        set.Norm("Norm", d, d, spec.RmsNormEps, true);
        set.Point("FinalNormBackward", n => RmsNormBackward.Input(n, d, d, spec.RmsNormEps, false));
        set.AddTrainingAttention(spec);
        if (HasDense(spec)) set.TrainingMlp("Dense", d, spec.IntermediateSize);
        if (spec.Experts is { } e) set.AddTrainingExperts(spec, e);
        set.Projection("HeadScores", d, spec.VocabSize, false, false, TrainingPrecision.Float32);
        set.Point("CrossEntropy", n => CrossEntropy.Define(n, spec.VocabSize));
        if (spec.NumNextnPredictLayers == 0) return set;
        set.Projection("MtpProjection", 2 * d, d, false, false, TrainingPrecision.Float32);
        set.Point("MtpNorm", n => RmsNormBackward.Forward(n, d, d, spec.RmsNormEps, 2 * d));
        set.Point("MtpNormBackward", n => RmsNormBackward.Input(n, d, d, spec.RmsNormEps, false, 2 * d));
        set.Columns("MtpNormWeight", n => RmsNormBackward.Weight(n, d, d, 2 * d));
        return set;
    }

    private void AddTrainingAttention(ModelSpec spec)
    {
        int d = spec.HiddenSize, heads = spec.Attention.NumAttentionHeads, queries = heads * spec.Attention.QkHeadDim;
        var sizes = AttentionSizes.Of(spec);
        if (spec.Attention is LatentAttentionSpec a)
        {
            if (a.QLoraRank > 0)
            {
                Projection("QueryDown", d, a.QLoraRank, false, false, _precision);
                Norm("QueryNorm", a.QLoraRank, a.QLoraRank, a.LatentNormEps, false);
            }

            Projection("Query", a.QLoraRank > 0 ? a.QLoraRank : d, queries, false, false, _precision);
            Projection("LatentDown", d, a.CacheRow, false, true, _precision);
            Norm("LatentNorm", a.KvLoraRank, a.CacheRow, a.LatentNormEps, false);
            Projection("LatentUp", a.KvLoraRank, heads * (a.QkNopeHeadDim + a.VHeadDim), false, false, _precision);
            Point("LatentHeads", n => LatentHeads.Forward(n, a));
            Point("LatentHeadsBackward", n => LatentHeads.Backward(n, a));
        }
        else
        {
            var g = (GroupedQueryAttentionSpec)spec.Attention;
            Projection("Query", d, queries, false, false, _precision);
            Projection("KeyValue", d, g.NumKeyValueHeads * g.HeadDim, false, true, _precision);
            Point("RotateKey", n => Rotate.Define(n, g.NumKeyValueHeads, g.HeadDim, g.HeadDim, false));
            Point("RotateKeyBack", n => Rotate.Define(n, g.NumKeyValueHeads, g.HeadDim, g.HeadDim, true));
        }

        Point("RotateQuery", n => Rotate.Define(n, heads, spec.Attention.QkHeadDim, spec.Attention.RopeDim, false));
        Point("RotateQueryBack", n => Rotate.Define(n, heads, spec.Attention.QkHeadDim, spec.Attention.RopeDim, true));
        var forward = Algorithms.Training.AttentionForward.Define("Attention", sizes);
        Add("Attention", t => KernelLowering.Lower(forward.Kernel, AttentionSchedule.Of(forward, t)));
        var backward = Algorithms.Training.AttentionBackward.Define("AttentionBackward", sizes);
        Add("AttentionBackward", t => KernelLowering.Lower(backward.Kernel, AttentionSchedule.Of(backward, t)));
        Projection("AttentionOut", heads * spec.Attention.ValueDim, d, true, false, _precision);
    }

    private void AddTrainingExperts(ModelSpec spec, MixtureOfExpertsSpec e)
    {
        int d = spec.HiddenSize, m = e.MoeIntermediateSize, k = e.NumExpertsPerTok;
        Projection("RouterScores", d, e.NRoutedExperts, false, true, TrainingPrecision.Float32);
        Add("RouterSelect", _ => RouterSelect.Define("RouterSelect", e, NumberFormat.F32));
        Add("RouterBackward", _ => RouterBackward.Define("RouterBackward", e));
        Add("BalanceLoss", _ => BalanceLoss.Define("BalanceLoss", e));
        Add("Dispatch", _ => Algorithms.Dispatch.Define("Dispatch", e));
        Experts("ExpertUp", (n, form) => ExpertLinear.Up(n, form, d, e, NumberFormat.F32, false, _precision));
        Point("ExpertActivation", n => Activation.Forward(n, m));
        Experts("ExpertDown", (n, form) => ExpertLinear.Down(n, form, d, e, NumberFormat.F32, false, _precision));
        Outer("ExpertDownInput", n => InputGradient.Experts(n, e, d, m, true, false, _precision));
        Outer("ExpertDownWeight", n => WeightGradient.Experts(n, e, d, m, true, _precision));
        Outer("ExpertGateInput", n => InputGradient.Experts(n, e, m, d, false, false, _precision));
        Outer("ExpertUpInput", n => InputGradient.Experts(n, e, m, d, false, true, _precision));
        Outer("ExpertUpWeight", n => WeightGradient.Experts(n, e, m, d, false, _precision));
        Point("ExpertActivationBackward", n => Activation.Experts(n, m, k));
        foreach (bool weighted in new[] { true, false })
        {
            string name = weighted ? "Combine" : "CombineBackward";
            var combine = Algorithms.Combine.Define(name, d, k, weighted);
            Add(name, t => KernelLowering.Lower(combine.Kernel, ExpertSchedule.Combine(combine.Token, combine.Column, combine.Choice, combine.Sum, combine.Store, t)));
        }

        if (e.NSharedExperts > 0) TrainingMlp("Shared", d, m * e.NSharedExperts);
    }

    /// <summary>A gated feed-forward block; gate and up are two calls of one kernel, because both are kept.</summary>
    private void TrainingMlp(string name, int hidden, int width)
    {
        Projection(name + "Up", hidden, width, false, true, _precision);
        Outer(name + "GateInput", n => InputGradient.Define(n, width, hidden, false, _precision));
        Point(name + "Activation", n => Activation.Forward(n, width));
        Point(name + "ActivationBackward", n => Activation.Dense(n, width));
        Projection(name + "Down", width, hidden, true, false, _precision);
    }

    /// <summary>A projection and its two gradients.</summary>
    private void Projection(string name, int columns, int rows, bool residual, bool add, TrainingPrecision precision)
    {
        Panel(name, (n, form) => Linear.Define(n, "Projection" + (residual ? ", added to the residual stream." : "."), form, new(columns, null, false), rows, NumberFormat.F32, residual, precision));
        Outer(name + "Input", n => InputGradient.Define(n, rows, columns, add, precision));
        Outer(name + "Weight", n => WeightGradient.Define(n, rows, columns, precision));
    }

    private void Norm(string name, int columns, int stride, double eps, bool add)
    {
        Point(name, n => RmsNormBackward.Forward(n, columns, stride, eps));
        Point(name + "Backward", n => RmsNormBackward.Input(n, columns, stride, eps, add));
        Columns(name + "Weight", n => RmsNormBackward.Weight(n, columns, stride));
    }

    private void Panel(string name, Func<string, MatrixForm, MatrixAlgorithm> define) =>
        Add(name, MatrixForm.Panel, form => define(name, form), a => a.Products, (a, t) => KernelLowering.Lower(a.Kernel, MatrixSchedule.Of(a, t)));

    private void Experts(string name, Func<string, MatrixForm, ExpertLinear> define) =>
        Add(name, MatrixForm.Panel, form => define(name, form), a => [a.Product], (a, t) => KernelLowering.Lower(a.Kernel, ExpertSchedule.Of(a, t)));

    private void Outer(string name, Func<string, OuterSum> define)
    {
        var algorithm = define(name);
        Add(name, t => KernelLowering.Lower(algorithm.Kernel, OuterSchedule.Of(algorithm, t)));
    }

    private void Columns(string name, Func<string, ColumnSums> define)
    {
        var algorithm = define(name);
        Add(name, t => KernelLowering.Lower(algorithm.Kernel, OuterSchedule.Of(algorithm, t)));
    }
}
