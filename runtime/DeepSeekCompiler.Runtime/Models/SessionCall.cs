using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Runs a step of a model on its lead thread, whose stack is known; keeps the parameters of the call, so that none allocates.</summary>
internal sealed unsafe class SessionCall(CompiledModel model, HostRun host)
{
    private Step? _step;
    private int _rows;
    private float* _logits;

    /// <summary>The main layers over a prepared step, then logits of its last <paramref name="rows"/> tokens.</summary>
    public void Forward(Step step, int rows, float* logits)
    {
        Keep(step, rows, logits);
        host.Lead(&RunForward, this);
    }

    /// <summary>The MTP module over a prepared step, then logits of its last <paramref name="rows"/> rows.</summary>
    public void Draft(Step step, int rows, float* logits)
    {
        Keep(step, rows, logits);
        host.Lead(&RunDraft, this);
    }

    private static void RunForward(object state) => ((SessionCall)state).RunForward();

    private static void RunDraft(object state) => ((SessionCall)state).RunDraft();

    private void RunForward()
    {
        var step = _step!;
        model.Forward(host, step);
        Head(step, step.Hidden, draft: false);
    }

    private void RunDraft()
    {
        var step = _step!;
        model.Draft(host, step);
        Head(step, step.DraftHidden, draft: true);
    }

    private void Head(Step step, float* hidden, bool draft)
    {
        if (_rows > 0)
        {
            model.Head(host, step, hidden + (long)(step.Count - _rows) * model.Info.HiddenSize, _rows, _logits, draft);
        }
    }

    private void Keep(Step step, int rows, float* logits)
    {
        _step = step;
        _rows = rows;
        _logits = logits;
    }
}
