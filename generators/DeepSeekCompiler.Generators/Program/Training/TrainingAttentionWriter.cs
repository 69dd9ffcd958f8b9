using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;

namespace DeepSeekCompiler.Generators.Program.Training;

/// <summary>Prints what stands in front of attention and behind it, in both directions, for a chunk of tokens.</summary>
internal sealed class TrainingAttentionWriter(ModelSpec spec, TrainingText text, CodeWriter w)
{
    private readonly LatentAttentionSpec? _latent = spec.Attention as LatentAttentionSpec;

    private bool HasRank => _latent is { QLoraRank: > 0 };

    public void Print()
    {
        PrintInput();
        PrintOutput();
        PrintOutputBackward();
        PrintInputBackward();
    }

    private void Open(string summary, string name, string parameters)
    {
        w.Line();
        w.Summary(summary);
        w.Open($"private void {name}({text.Dialect.Run}, {parameters}, int at, int tokens)");
    }

    private void PrintInput()
    {
        Open("Queries, keys and values of a chunk, rotated.", "AttentionInput", text.Dialect.Step + ", int block, int length");
        w.Line("int w = Block(block), first = at;");
        text.Part("x", "q", "k", "v", "queryLatent", "latent", "normed", "queryNormed", "latentNormed", "expanded");
        w.Line(text.Call("Norm", ("x", "x"), ("norm", "@w + InputNorm"), ("y", "normed")));
        if (HasRank)
        {
            w.Line(text.Call("QueryDown", ("x", "normed"), ("weight", "@w + QAProj"), ("y", "queryLatent")));
            w.Line(text.Call("QueryNorm", ("x", "queryLatent"), ("norm", "@w + QANorm"), ("y", "queryNormed")));
        }

        w.Line(text.Call("Query", ("x", HasRank ? "queryNormed" : "normed"), ("weight", "@w + " + QueryWeight), ("y", "q")));
        w.Line(text.Call("RotateQuery", ("x", "q"), ("rope", "step.Rope")));
        if (_latent is not null)
        {
            w.Line(text.Call("LatentDown", ("x", "normed"), ("weight", "@w + KvAProj"), ("y", "latent")));
            w.Line(text.Call("LatentNorm", ("x", "latent"), ("norm", "@w + KvANorm"), ("y", "latentNormed")));
            w.Line(text.Call("LatentUp", ("x", "latentNormed"), ("weight", "@w + KvBProj"), ("y", "expanded")));
            w.Line(text.Call("LatentHeads", ("expanded", "expanded"), ("latent", "latent"), ("k", "k"), ("v", "v"), ("rope", "step.Rope")));
        }
        else
        {
            w.Line(text.Call("KeyValue", ("x", "normed"), ("weight", "@w + KProj"), ("y", "k")));
            w.Line(text.Call("RotateKey", ("x", "k"), ("rope", "step.Rope")));
            w.Line(text.Call("KeyValue", ("x", "normed"), ("weight", "@w + VProj"), ("y", "v")));
        }

        w.Close();
    }

    private void PrintOutput()
    {
        Open("Output projection and feed-forward part of a chunk.", "AttentionOutput", $"int block, {text.Dialect.Memory("float")} output");
        w.Line("int w = Block(block);");
        text.Part("x", "mid", "o");
        w.Line("Copy(x, mid, (long)tokens * HiddenSize);");
        w.Line(text.Call("AttentionOut", ("x", "o"), ("weight", "@w + OProj"), ("y", "mid")));
        w.Line(text.Dialect.Move("output", "(long)at * HiddenSize"));
        w.Line("Copy(mid, output, (long)tokens * HiddenSize);");
        w.Line("FeedForward(run, block, output, at, tokens);");
        w.Close();
    }

    private void PrintOutputBackward()
    {
        Open("Back to what attention gave.", "AttentionOutputBackward", $"{text.Dialect.Step}, int block, int length, {text.Dialect.Memory("float")} dx");
        w.Line("int w = Block(block);");
        w.Line(text.Dialect.Move("dx", "(long)at * HiddenSize"));
        w.Line("FeedForwardBackward(run, step, block, length, dx, at, tokens);");
        text.Part("o", "do_");
        text.ProjectionBackward("AttentionOut", "o", "w + OProj", "dx", "do_");
        w.Close();
    }

    private void PrintInputBackward()
    {
        Open("Back from queries, keys and values to the residual stream.", "AttentionInputBackward", $"{text.Dialect.Step}, int block, int length, {text.Dialect.Memory("float")} dx");
        w.Line("int w = Block(block), first = at;");
        w.Line(text.Dialect.Move("dx", "(long)at * HiddenSize"));
        text.Part("x", "dq", "dk", "dv", "queryLatent", "latent", "normed", "dnormed", "queryNormed", "dqueryNormed", "dqueryLatent", "latentNormed", "dlatentNormed", "dlatent", "dexpanded", "inverse");
        w.Line(text.Call("Norm", ("x", "x"), ("norm", "@w + InputNorm"), ("y", "normed")));
        w.Line(text.Call("RotateQueryBack", ("x", "dq"), ("rope", "step.Rope")));
        if (HasRank)
        {
            w.Line(text.Call("QueryNorm", ("x", "queryLatent"), ("norm", "@w + QANorm"), ("y", "queryNormed")));
            text.ProjectionBackward("Query", "queryNormed", "w + QBProj", "dq", "dqueryNormed");
            text.NormBackward("QueryNorm", "queryLatent", "w + QANorm", "dqueryNormed", "dqueryLatent");
            text.ProjectionBackward("QueryDown", "normed", "w + QAProj", "dqueryLatent", "dnormed");
        }
        else
        {
            text.ProjectionBackward("Query", "normed", "w + QProj", "dq", "dnormed");
        }

        if (_latent is not null)
        {
            w.Line(text.Call("LatentHeadsBackward", ("dk", "dk"), ("dv", "dv"), ("dexpanded", "dexpanded"), ("dlatent", "dlatent"), ("rope", "step.Rope")));
            w.Line(text.Call("LatentNorm", ("x", "latent"), ("norm", "@w + KvANorm"), ("y", "latentNormed")));
            text.ProjectionBackward("LatentUp", "latentNormed", "w + KvBProj", "dexpanded", "dlatentNormed");
            text.NormBackward("LatentNorm", "latent", "w + KvANorm", "dlatentNormed", "dlatent");
            text.ProjectionBackward("LatentDown", "normed", "w + KvAProj", "dlatent", "dnormed");
        }
        else
        {
            w.Line(text.Call("RotateKeyBack", ("x", "dk"), ("rope", "step.Rope")));
            text.ProjectionBackward("KeyValue", "normed", "w + KProj", "dk", "dnormed");
            text.ProjectionBackward("KeyValue", "normed", "w + VProj", "dv", "dnormed");
        }

        text.NormBackward("Norm", "x", "w + InputNorm", "dnormed", "dx");
        w.Close();
    }

    private string QueryWeight => HasRank ? "QBProj" : "QProj";
}
