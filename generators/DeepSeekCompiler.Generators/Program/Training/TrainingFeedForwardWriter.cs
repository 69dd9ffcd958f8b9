using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;

namespace DeepSeekCompiler.Generators.Program.Training;

/// <summary>Prints the feed-forward parts of a block in both directions, for a chunk of tokens.</summary>
internal sealed class TrainingFeedForwardWriter(ModelSpec spec, TrainingText text, CodeWriter w)
{
    private bool HasShared => spec.Experts is { NSharedExperts: > 0 };

    public void Print()
    {
        if (KernelSet.HasDense(spec)) PrintDense();
        if (spec.Experts is null) return;
        PrintExperts();
        PrintExpertsBackward();
        w.Line();
        w.Summary("The sequence-wise balance loss of a block, and its slope.");
        w.Open($"private void Balance({text.Dialect.Run}, {text.Dialect.Step}, int block, int length)");
        w.Line("int batch = step.Batch;");
        text.Whole("logits", "chosen");
        w.Line(text.Call("BalanceLoss", ("logits", "logits"), ("chosen", "chosen"), ("factor", "step.BalanceFactor"), ("loss", "step.Balance(block)"), ("slope", "step.BalanceSlope(block)")));
        w.Close();
    }

    private void PrintDense()
    {
        w.Line();
        w.Summary("A dense feed-forward block, added to the residual stream.");
        w.Open($"private void DenseForward({text.Dialect.Run}, int block, {text.Dialect.Memory("float")} output, int at, int tokens)");
        w.Line("int w = Block(block);");
        text.Part("mid", "gate", "up", "normed", "h");
        w.Line(text.Call("Norm", ("x", "mid"), ("norm", "@w + PostAttentionNorm"), ("y", "normed")));
        Gated("Dense", "");
        w.Close();
        w.Line();
        w.Summary("Back through a dense feed-forward block.");
        w.Open($"private void DenseBackward({text.Dialect.Run}, int block, {text.Dialect.Memory("float")} dx, int at, int tokens)");
        w.Line("int w = Block(block);");
        text.Part("mid", "gate", "up", "normed", "dnormed", "h", "dh", "dgate", "dup", "inverse");
        w.Line(text.Call("Norm", ("x", "mid"), ("norm", "@w + PostAttentionNorm"), ("y", "normed")));
        GatedBackward("Dense", "");
        text.NormBackward("Norm", "mid", "w + PostAttentionNorm", "dnormed", "dx");
        w.Close();
    }

    private void Gated(string kernels, string slots)
    {
        w.Line(text.Call(kernels + "Up", ("x", "normed"), ("weight", $"@w + {slots}GateProj"), ("y", "gate")));
        w.Line(text.Call(kernels + "Up", ("x", "normed"), ("weight", $"@w + {slots}UpProj"), ("y", "up")));
        w.Line(text.Call(kernels + "Activation", ("gate", "gate"), ("up", "up"), ("h", "h")));
        w.Line(text.Call(kernels + "Down", ("x", "h"), ("weight", $"@w + {slots}DownProj"), ("y", "output")));
    }

    private void GatedBackward(string kernels, string slots)
    {
        w.Line(text.Call(kernels + "DownInput", ("dy", "dx"), ("weight", $"@w + {slots}DownProj"), ("dx", "dh")));
        w.Line(text.Call(kernels + "ActivationBackward", ("gate", "gate"), ("up", "up"), ("dh", "dh"), ("h", "h"), ("dgate", "dgate"), ("dup", "dup")));
        w.Line(text.Call(kernels + "DownWeight", ("dy", "dx"), ("x", "h"), ("dw", $"Gradient(w + {slots}DownProj)")));
        w.Line(text.Call(kernels + "UpWeight", ("dy", "dgate"), ("x", "normed"), ("dw", $"Gradient(w + {slots}GateProj)")));
        w.Line(text.Call(kernels + "UpWeight", ("dy", "dup"), ("x", "normed"), ("dw", $"Gradient(w + {slots}UpProj)")));
        w.Line(text.Call(kernels + "GateInput", ("dy", "dgate"), ("weight", $"@w + {slots}GateProj"), ("dx", "dnormed")));
        w.Line(text.Call(kernels + "UpInput", ("dy", "dup"), ("weight", $"@w + {slots}UpProj"), ("dx", "dnormed")));
    }

    private void PrintExperts()
    {
        var e = spec.Experts!;
        w.Line();
        w.Summary("A mixture-of-experts block (DeepSeek-V3 report, section 2.1.2), added to the residual stream.");
        w.Open($"private void ExpertsForward({text.Dialect.Run}, int block, {text.Dialect.Memory("float")} output, int at, int tokens)");
        w.Line($"int w = Block(block), slots = tokens * {Text.Of(e.NumExpertsPerTok)};");
        text.Part("mid", HasShared ? "gate" : "", HasShared ? "up" : "", "logits", "routing", "chosen", "slot", "slotToken", "expert", "offset", "active", "expertGate", "expertUp", "normed", HasShared ? "h" : "", "expertH", "answer");
        w.Line(text.Call("Norm", ("x", "mid"), ("norm", "@w + PostAttentionNorm"), ("y", "normed")));
        w.Line(text.Call("RouterScores", ("x", "normed"), ("weight", "@w + RouterGate"), ("y", "logits")));
        w.Line(text.Call("RouterSelect", ("logits", "logits"), ("bias", "@w + RouterBias"), ("chosen", "chosen"), ("routing", "routing")));
        w.Line(text.Call("Dispatch", ("chosen", "chosen"), ("slot", "slot"), ("slotToken", "slotToken"), ("expert", "expert"), ("offset", "offset"), ("active", "active")));
        (string, string)[] active = [("expert", "expert"), ("offset", "offset"), ("active", text.Dialect.Active(spec.Experts!))];
        w.Line(text.Call("ExpertUp", [.. active, ("x", "normed"), ("slotToken", "slotToken"), ("weight", "#w + ExpertsGateProj"), ("y", "expertGate")]));
        w.Line(text.Call("ExpertUp", [.. active, ("x", "normed"), ("slotToken", "slotToken"), ("weight", "#w + ExpertsUpProj"), ("y", "expertUp")]));
        w.Line(text.Call("ExpertActivation", ("gate", "expertGate"), ("up", "expertUp"), ("h", "expertH"), ("tokens", "slots")));
        w.Line(text.Call("ExpertDown", [.. active, ("h", "expertH"), ("weight", "#w + ExpertsDownProj"), ("y", "answer")]));
        w.Line(text.Call("Combine", ("y", "answer"), ("slot", "slot"), ("weight", "routing"), ("x", "output")));
        if (HasShared) Gated("Shared", "Shared");
        w.Close();
    }

    private void PrintExpertsBackward()
    {
        w.Line();
        w.Summary("Back through a mixture-of-experts block: experts, routing weights, router, shared experts, norm.");
        w.Open($"private void ExpertsBackward({text.Dialect.Run}, {text.Dialect.Step}, int block, int length, {text.Dialect.Memory("float")} dx, int at, int tokens)");
        w.Line("int w = Block(block), first = at;");
        string shared = HasShared ? "" : "-";
        text.Part("mid", shared + "gate", shared + "up", "logits", "routing", "chosen", "slot", "slotToken", "expert", "offset", "active", "expertGate", "expertUp", "normed", "dnormed",
            shared + "h", shared + "dh", shared + "dgate", shared + "dup", "expertH", "dexpertH", "dexpertGate", "dexpertUp", "answer", "drouting", "dlogits", "inverse");
        w.Line(text.Call("Norm", ("x", "mid"), ("norm", "@w + PostAttentionNorm"), ("y", "normed")));
        (string, string)[] slots = [("expert", "expert"), ("offset", "offset"), ("slotToken", "slotToken"), ("active", text.Dialect.Active(spec.Experts!))];
        w.Line(text.Call("ExpertDownInput", [.. slots, ("dy", "dx"), ("weight", "#w + ExpertsDownProj"), ("dx", "dexpertH")]));
        w.Line(text.Call("ExpertActivationBackward", ("slot", "slot"), ("routing", "routing"), ("gate", "expertGate"), ("up", "expertUp"), ("dh", "dexpertH"), ("h", "expertH"),
            ("dgate", "dexpertGate"), ("dup", "dexpertUp"), ("drouting", "drouting")));
        w.Line(text.Call("ExpertDownWeight", [.. slots, ("dy", "dx"), ("x", "expertH"), ("dw", "Gradients(w + ExpertsDownProj)")]));
        w.Line(text.Call("ExpertUpWeight", [.. slots, ("dy", "dexpertGate"), ("x", "normed"), ("dw", "Gradients(w + ExpertsGateProj)")]));
        w.Line(text.Call("ExpertUpWeight", [.. slots, ("dy", "dexpertUp"), ("x", "normed"), ("dw", "Gradients(w + ExpertsUpProj)")]));
        w.Line(text.Call("ExpertGateInput", [.. slots, ("dy", "dexpertGate"), ("weight", "#w + ExpertsGateProj"), ("dx", "answer")]));
        w.Line(text.Call("ExpertUpInput", [.. slots, ("dy", "dexpertUp"), ("weight", "#w + ExpertsUpProj"), ("dx", "answer")]));
        if (HasShared) GatedBackward("Shared", "Shared");
        else w.Line("Clear(dnormed, (long)tokens * HiddenSize);");
        w.Line(text.Call("CombineBackward", ("y", "answer"), ("slot", "slot"), ("x", "dnormed")));
        w.Line(text.Call("RouterBackward", ("logits", "logits"), ("chosen", "chosen"), ("drouting", "drouting"), ("slope", "step.BalanceSlope(block)"), ("dlogits", "dlogits")));
        text.ProjectionBackward("RouterScores", "normed", "w + RouterGate", "dlogits", "dnormed");
        text.NormBackward("Norm", "mid", "w + PostAttentionNorm", "dnormed", "dx");
        w.Close();
    }
}
